// SPDX-License-Identifier: Apache-2.0
#include "apache/checks/startup_checks.hpp"

#include "apache/checks/complaints.hpp"
#include "apache/checks/config_tree.hpp"
#include "apache/checks/hosts.hpp"
#include "apache/checks/onetime_checks.hpp"
#include "apache/checks/password_checks.hpp"
#include "apache/checks/section_checks.hpp"
#include "apache/checks/trust_checks.hpp"
#include "apache/messages.hpp"
#include "apache/pages/page_checks.hpp"
#include "core/ascii.hpp"

#include <algorithm>
#include <cstring>
#include <string>

namespace polyauth::apache {

namespace {

using ascii::equal_ignoring_case;

constexpr std::string_view kTrustedProxy = "PolyAuthTrustedProxy";
constexpr std::string_view kClientCertHeader = "PolyAuthClientCertHeader";
constexpr int kMakersDepth = 3; // the CAs above a leaf of the phone maker

class Checks {
public:
  Checks(Globals& globals, Complaints& complaints)
      : complaints_(complaints), lines_(flatten_config_tree(ap_conftree)), hosts_(lines_) {
    for (const ConfigLine& line : lines_) {
      if (((line.is("Alias") || line.is("ScriptAlias")) &&
           std::strstr(line.node->args, "%{") != nullptr) ||
          line.is("VirtualScriptAlias"))
        globals.has_alias_expression = true;
      if (line.is("SSLVerifyClient") && line.has_word("optional_no_ca"))
        globals.has_optional_no_ca = true;
      if (line.is("PolyAuth") && !line.has_word("Off"))
        governed_.push_back({&line, line.has_word("Audit"), false});
      else if (line.is("Require") &&
               (line.has_word("polyauth") || line.has_word("polyauth-device")))
        governed_.push_back({&line, false, true});
    }
  }

  void run() {
    for (const Governed& section : governed_)
      if (section.audit)
        complaints_.warn(
            PA1005, *section.line,
            "PolyAuth Audit refuses nothing, and cannot see handshakes that mod_ssl refuses (count "
            "AH02039, or AH02276 at LogLevel ssl:info, and AH02040 in the log); write PolyAuth On "
            "when its would-deny lines are as expected");
    // The main server answers where no virtual host does.
    if (hosts_.virtual_hosts().empty() || hosts_.has_tls(nullptr)) check_host(nullptr);
    for (const ap_directive_t* const host : hosts_.virtual_hosts()) check_host(host);
    check_some_host_asks_for_certificates();
    check_balancers_are_whole();
  }

  [[nodiscard]] const std::vector<ConfigLine>& lines() const noexcept { return lines_; }
  [[nodiscard]] const std::vector<Governed>& governed() const noexcept { return governed_; }
  [[nodiscard]] const Hosts& hosts() const noexcept { return hosts_; }

private:
  std::vector<Governed> governed_in(const ap_directive_t* host) const {
    std::vector<Governed> found;
    std::copy_if(governed_.begin(), governed_.end(), std::back_inserter(found),
                 [&](const Governed& section) { return reaches(*section.line, host); });
    return found;
  }

  static bool says(const ConfigLine* line, std::string_view word) {
    return line != nullptr && line->has_word(word);
  }

  // One of the two alone trusts nobody, or shuts everybody out. What stands outside virtual
  // hosts may find the other in one of them.
  void check_balancers_are_whole() {
    for (const ConfigLine& line : lines_) {
      const bool is_proxy = line.is(kTrustedProxy);
      if (!is_proxy && !line.is(kClientCertHeader)) continue;
      const bool whole = hosts_.has_balancer(line.host) ||
                         (line.host == nullptr && !hosts_.with_balancer().empty());
      if (whole) continue;
      complaints_.fail(
          PA1020, line, line.host,
          is_proxy
              ? "PolyAuthTrustedProxy without PolyAuthClientCertHeader refuses every phone behind "
                "the balancer, since nothing says where it hands on the certificate; write "
                "PolyAuthClientCertHeader Client-Cert, or what your balancer sends"
              : "PolyAuthClientCertHeader without PolyAuthTrustedProxy trusts nobody: the header "
                "counts only if it comes from a balancer that is named; write "
                "PolyAuthTrustedProxy with its address");
    }
  }

  void check_host(const ap_directive_t* host) {
    const std::vector<Governed> governed = governed_in(host);
    if (governed.empty()) return;
    const auto own = std::find_if(governed.begin(), governed.end(), [&](const Governed& section) {
      return section.line->host == host;
    });
    // A global section over a host without TLS stays closed there: no fault.
    if (own != governed.end() && !hosts_.has_tls(host) && !hosts_.has_balancer(host))
      complaints_.warn(
          PA1006, *own->line,
          "the virtual host has no SSLEngine On, so every request here is refused as no-tls; "
          "write SSLEngine "
          "On, or put the section where TLS is");
    if (hosts_.has_tls(host)) check_verification(host, governed);
    for (const ConfigLine& line : lines_) {
      if (!reaches(line, host)) continue;
      if (line.is("SSLUserName") || (line.is("SSLOptions") && (line.has_word("+FakeBasicAuth") ||
                                                               line.has_word("FakeBasicAuth"))))
        check_user_from_certificate(host, governed, line);
      if (line.is("CacheEnable"))
        complaints_.warn(
            PA1010, line,
            "CacheEnable in a virtual host with a governed section: what the cache holds already "
            "is served "
            "before any check; empty it (htcacheclean) before switching PolyAuth on");
      if (line.is("CheckSpelling") && line.has_word("On"))
        complaints_.warn(PA1011, line,
                         "CheckSpelling On tells a client the names of other devices' files; write "
                         "CheckSpelling Off");
      if (line.is("IndexOptions") &&
          (line.has_word("ShowForbidden") || line.has_word("+ShowForbidden")))
        complaints_.warn(
            PA1012, line,
            "IndexOptions ShowForbidden lists the names of other devices' files; write "
            "IndexOptions -ShowForbidden");
    }
  }

  void check_verification(const ap_directive_t* host, const std::vector<Governed>& governed) {
    const ConfigLine* const verify = hosts_.server_wide("SSLVerifyClient", host);
    const ConfigLine* in_directory = nullptr;
    for (const ConfigLine& line : lines_) {
      if (!line.is("SSLVerifyClient") || !reaches(line, host)) continue;
      if (!line.sections.empty() && !line.has_word("none")) in_directory = &line;
    }
    const bool asked = verify != nullptr && !says(verify, "none");
    const ConfigLine& first = *governed.front().line;
    if (!asked && in_directory != nullptr)
      complaints_.warn(
          PA1008, *in_directory,
          "SSLVerifyClient stands in a section only: phones cannot renegotiate or authenticate "
          "after the "
          "handshake, and large uploads fail; write it in the virtual host");
    else if (!asked && first.host == host && !hosts_.has_balancer(host))
      complaints_.warn(
          PA1007, first,
          "the virtual host asks for no client certificate, so every request here is refused; "
          "write "
          "SSLVerifyClient require and SSLCACertificateFile");
    if (!asked || !expects_maker_chain(host)) return;
    const ConfigLine* const depth = hosts_.server_wide("SSLVerifyDepth", host);
    const std::vector<std::string> words =
        depth != nullptr ? depth->words() : std::vector<std::string>();
    if (words.empty() || std::atoi(words.front().c_str()) < kMakersDepth)
      complaints_.warn(
          PA1009, depth != nullptr ? *depth : *verify,
          "the chain of the phone maker's certificates needs SSLVerifyDepth 3 or more (httpd's "
          "default is 1); "
          "write SSLVerifyDepth 5");
  }

  // PolyAuthIdentity poly, which is the default, or broadworks.
  bool expects_maker_chain(const ap_directive_t* host) const {
    bool any = false;
    for (const ConfigLine& line : lines_) {
      if (!line.is("PolyAuthIdentity") || !reaches(line, host)) continue;
      any = true;
      if (line.has_word("poly") || line.has_word("broadworks")) return true;
    }
    return !any;
  }

  // Whether PolyAuth Off beside the line takes back what is said around them. Only where httpd is
  // sure to merge the two in this order: a <Location> has the last word over a <Directory>.
  bool is_switched_off(const Governed& section, const ConfigLine& line) const {
    const ConfigLine& on = *section.line;
    if (section.by_require || &on > &line || !covers(on, line) ||
        contains(line.sections, on.sections))
      return false;
    if (!on.sections.empty() &&
        !equal_ignoring_case(on.sections.front()->directive, line.sections.front()->directive))
      return false;
    return std::any_of(lines_.begin(), lines_.end(), [&](const ConfigLine& other) {
      return other.is("PolyAuth") && other.has_word("Off") && other.sections == line.sections;
    });
  }

  // It answers Require valid-user from the certificate: the password is gone.
  void check_user_from_certificate(const ap_directive_t* host,
                                   const std::vector<Governed>& governed, const ConfigLine& line) {
    Overlap worst = Overlap::kNone;
    for (const Governed& section : governed)
      if (!is_switched_off(section, line))
        worst = std::max(worst, overlap(line.sections, section.line->sections));
    const std::string name = line.is("SSLUserName") ? "SSLUserName" : "SSLOptions +FakeBasicAuth";
    if (worst == Overlap::kSure)
      complaints_.fail(
          PA1004, line, host,
          name + " meets a section with PolyAuth: it answers \"Require valid-user\" from the "
                 "certificate, "
                 "without a password; remove it, and read POLYAUTH_MAC where the device is needed");
    else if (worst == Overlap::kPossible)
      complaints_.warn(
          PA1004, line,
          name +
              " must not reach a section with PolyAuth: it answers \"Require valid-user\" from the "
              "certificate, without a password; make sure that the two sections have no URL in "
              "common");
  }

  // For sections that stand for every host one host that can serve them will do.
  void check_some_host_asks_for_certificates() {
    const auto global =
        std::find_if(governed_.begin(), governed_.end(),
                     [](const Governed& section) { return section.line->host == nullptr; });
    if (global == governed_.end() || hosts_.virtual_hosts().empty()) return;
    const auto can_serve = [&](const ap_directive_t* host) {
      if (hosts_.has_balancer(host)) return true;
      if (!hosts_.has_tls(host)) return false;
      return std::any_of(lines_.begin(), lines_.end(), [&](const ConfigLine& line) {
        return line.is("SSLVerifyClient") && reaches(line, host) && !line.has_word("none");
      });
    };
    const auto& hosts = hosts_.virtual_hosts();
    if (std::none_of(hosts.begin(), hosts.end(), can_serve) && !can_serve(nullptr))
      complaints_.warn(
          PA1007, *global->line,
          "no virtual host has SSLEngine On and asks for a client certificate, so every request "
          "here is "
          "refused; write SSLVerifyClient require and SSLCACertificateFile in one");
  }

  Complaints& complaints_;
  std::vector<ConfigLine> lines_;
  Hosts hosts_;
  std::vector<Governed> governed_;
};

} // namespace

bool check_configuration(Globals& globals, server_rec* main_server, bool restart) {
  Complaints complaints(globals, main_server, restart);
  Checks checks(globals, complaints);
  checks.run();
  check_sections(checks.lines(), checks.governed(), complaints);
  check_trust(globals, checks.lines(), checks.governed(), checks.hosts(), complaints);
  check_passwords(checks.lines(), checks.governed(), complaints);
  check_onetime(checks.lines(), complaints);
  check_pages(globals, checks.lines(), checks.hosts(), complaints);
  return complaints.sound();
}

} // namespace polyauth::apache
