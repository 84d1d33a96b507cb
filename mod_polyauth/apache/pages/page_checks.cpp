// SPDX-License-Identifier: Apache-2.0
#include "apache/pages/page_checks.hpp"

#include "apache/messages.hpp"
#include "apache/pages/onboarding_files.hpp"
#include "core/ascii.hpp"

#include <algorithm>
#include <string>

namespace polyauth::apache {

namespace {

using ascii::equal_ignoring_case;
using Placeholder = OnboardingTemplate::Placeholder;

class PageChecks {
public:
  PageChecks(const Globals& globals, const std::vector<ConfigLine>& lines, const Hosts& hosts,
             Complaints& complaints)
      : globals_(globals), lines_(lines), hosts_(hosts), complaints_(complaints) {}

  void run() {
    for (const ConfigLine& line : lines_) {
      if (!line.is("PolyAuthPage")) continue;
      if (line.has_word("status")) {
        check_status(line);
        continue;
      }
      check_somebody_logs_in(line);
      check_tls(line);
      if (line.has_word("portal")) check_portal(line);
      if (line.has_word("onboarding")) check_onboarding(line);
    }
  }

private:
  // Whether a Require asks who the user is; what we do not know is taken for one that does,
  // since the page itself refuses whoever has not logged in.
  static bool asks_for_user(const ConfigLine& require) {
    static constexpr std::string_view kOthers[] = {
        "all",    "ip",   "host",     "forward-dns",     "local", "env",
        "method", "expr", "polyauth", "polyauth-device", "ssl",   "ssl-verify-client",
        "not"};
    const std::vector<std::string> words = require.words();
    return !words.empty() &&
           std::none_of(std::begin(kOthers), std::end(kOthers), [&](std::string_view other) {
             return equal_ignoring_case(words.front(), other);
           });
  }

  // A section with a Require of its own forgets those around it.
  bool requires_user(const ConfigLine& page) const {
    const ConfigLine* const nearest = in_force(lines_, "Require", page);
    return nearest != nullptr &&
           std::any_of(lines_.begin(), lines_.end(), [&](const ConfigLine& line) {
             return line.is("Require") && line.host == nearest->host &&
                    line.sections == nearest->sections && asks_for_user(line);
           });
  }

  void check_somebody_logs_in(const ConfigLine& page) {
    const ConfigLine* const type = in_force(lines_, "AuthType", page);
    if (type != nullptr && !type->has_word("None") && requires_user(page)) return;
    complaints_.fail(PA1031, page, page.host,
                     "this page is for who has logged in, and nothing here asks for that; write "
                     "AuthType Basic (or another), its provider and Require valid-user in the same "
                     "section");
  }

  // Outside of virtual hosts it may be meant for one of these.
  static bool is_among(const std::vector<Hosts::Host>& hosts, Hosts::Host host) {
    return host == nullptr ? !hosts.empty()
                           : std::find(hosts.begin(), hosts.end(), host) != hosts.end();
  }

  void check_tls(const ConfigLine& page) {
    // Phones may have theirs with a balancer; people have it here.
    if (is_among(hosts_.with_tls(), page.host) ||
        (page.has_word("onboarding") && is_among(hosts_.with_balancer(), page.host)))
      return;
    complaints_.fail(PA1032, page, page.host,
                     "the virtual host has no SSLEngine On, and this page tells passwords; write "
                     "SSLEngine On, or put the page where TLS is");
  }

  void check_portal(const ConfigLine& page) {
    if (std::none_of(lines_.begin(), lines_.end(),
                     [](const ConfigLine& line) { return line.is("PolyAuthState"); }))
      complaints_.fail(PA1033, page, page.host,
                       "a portal keeps one-time passwords in a database; write PolyAuthState "
                       "with the path of a file, or PolyAuthState dbd");
    for (const ConfigLine& line : lines_) {
      const bool is_user = line.is("SSLUserName") ||
                           (line.is("SSLOptions") &&
                            (line.has_word("+FakeBasicAuth") || line.has_word("FakeBasicAuth")));
      if (is_user && (line.host == nullptr || line.host == page.host) &&
          overlap(line.sections, page.sections) == Overlap::kSure)
        complaints_.fail(PA1034, line, page.host,
                         "this makes a user of whoever shows a certificate, and the portal is for "
                         "people with a login; remove it, or put the portal elsewhere");
    }
  }

  // Whether a Require lets in only whom the site has chosen: not anybody, nor every phone.
  static bool chooses(const ap_directive_t* require) {
    static constexpr std::string_view kOthers[] = {"method", "polyauth", "polyauth-device"};
    const std::vector<std::string> words = ConfigLine{require, nullptr, {}}.words();
    const bool all = words.size() >= 2 && equal_ignoring_case(words[0], "all") &&
                     equal_ignoring_case(words[1], "granted");
    return !words.empty() && !all &&
           std::none_of(std::begin(kOthers), std::end(kOthers), [&](std::string_view other) {
             return equal_ignoring_case(words.front(), other);
           });
  }

  // The same of all that stands in a section, <RequireAny> or <RequireAll>. What only takes away
  // chooses nobody, nor does what is for some methods only, but that may let somebody in.
  static bool choose(const ap_directive_t* node, bool all) {
    bool some = false;
    bool every = true;
    for (; node != nullptr; node = node->next) {
      const ConfigLine line{node, nullptr, {}};
      const bool is_all = line.is("<RequireAll");
      const bool is_limit = line.is("<Limit") || line.is("<LimitExcept");
      if (is_limit && !requires_something(node->first_child)) continue; // Deny from all, say
      bool chosen = false;
      if (is_all || is_limit || line.is("<RequireAny"))
        chosen = choose(node->first_child, is_all);
      else if (line.is("Require") && !asks_not(line))
        chosen = chooses(node);
      else
        continue;
      if (is_limit && chosen) continue;
      some = some || chosen;
      every = every && chosen;
    }
    return some && (all || every);
  }
  static bool requires_something(const ap_directive_t* node) {
    static constexpr std::string_view kNames[] = {"Require", "<RequireAll", "<RequireAny",
                                                  "<RequireNone"};
    for (; node != nullptr; node = node->next)
      for (const std::string_view name : kNames)
        if (equal_ignoring_case(node->directive, name)) return true;
    return false;
  }
  static bool asks_not(const ConfigLine& require) {
    const std::vector<std::string> words = require.words();
    return !words.empty() && equal_ignoring_case(words.front(), "not");
  }

  // Whose Require holds for the page: its own section, or a <Location> around it that httpd
  // merges later: of these it goes by the order and not by the path. nullptr: no section.
  const ap_directive_t* section_that_counts(const ConfigLine& page) const {
    if (page.sections.empty()) return page.host;
    const ap_directive_t* counts = page.sections.back();
    if (page.sections.size() > 1) return counts; // <If> and its like come last
    bool is_later = equal_ignoring_case(page.sections.front()->directive, "<Directory");
    for (const ConfigLine& line : lines_) {
      is_later = is_later || line.node == page.node;
      if (is_later && line.is("Require") && line.host == page.host && line.sections.size() == 1 &&
          equal_ignoring_case(line.sections.front()->directive, "<Location") &&
          covers(line, page) && !adds_only(line))
        counts = line.sections.front();
    }
    return counts;
  }

  // Whether the Require of the section stand beside those merged before, not in their place.
  bool adds_only(const ConfigLine& require) const {
    const auto last = std::find_if(lines_.rbegin(), lines_.rend(), [&](const ConfigLine& line) {
      return line.is("AuthMerging") && line.sections == require.sections;
    });
    return last != lines_.rend() && last->has_word("And");
  }

  void check_status(const ConfigLine& page) {
    const ap_directive_t* const around = section_that_counts(page);
    const bool has_own =
        choose(around != nullptr ? around->first_child : lines_.front().node, false);
    const ConfigLine* const satisfy = in_force(lines_, "Satisfy", page);
    const ConfigLine* const merging = in_force(lines_, "AuthMerging", page);
    if (has_own && (satisfy == nullptr || !satisfy->has_word("Any")) &&
        (merging == nullptr || !merging->has_word("Or")))
      return;
    complaints_.fail(PA1037, page, page.host,
                     "the status page tells devices, addresses and paths, and this section lets in "
                     "anybody; write a Require of your own in it, such as Require ip 192.0.2.0/24 "
                     "or Require group admins, and nothing that opens it: Require all granted "
                     "or method beside it, Satisfy Any, AuthMerging Or");
  }

  void check_onboarding(const ConfigLine& page) {
    const ConfigLine* const mode = in_force(lines_, "PolyAuth", page);
    if (mode == nullptr || !mode->has_word("On"))
      fail_onboarding(page, "this page is for devices that PolyAuth On has let in; write PolyAuth "
                            "On in the same section");
    const ConfigLine* const nearest = in_force(lines_, "PolyAuthOnboardingTemplate", page);
    if (nearest == nullptr)
      return fail_onboarding(page, "there is nothing to answer with; write "
                                   "PolyAuthOnboardingTemplate {mac}.cfg and a file");
    for (const TemplateFile* const file : globals_.templates)
      if (file->text && is_of(*nearest, file->path)) check_values(page, *file);
  }

  // Whether a section names the template.
  bool is_of(const ConfigLine& section, const char* path) const {
    return std::any_of(lines_.begin(), lines_.end(), [&](const ConfigLine& line) {
      return line.host == section.host && line.sections == section.sections &&
             names_file(line, "PolyAuthOnboardingTemplate", path, 1);
    });
  }

  bool is_set(std::string_view directive, const ConfigLine& page) const {
    const ConfigLine* const line = in_force(lines_, directive, page);
    return line != nullptr && !line->has_word("none");
  }

  void check_values(const ConfigLine& page, const TemplateFile& file) {
    if (file.text->uses(Placeholder::kServer) && !is_set("PolyAuthOnboardingServer", page))
      fail_onboarding(page, std::string(file.path) +
                                " asks for {server}; write PolyAuthOnboardingServer with the "
                                "address of the phones' regular files");
    if ((file.text->uses(Placeholder::kPassword) || file.text->uses(Placeholder::kUser)) &&
        !is_set("PolyAuthDeviceSecretFile", page) &&
        !is_set("PolyAuthOnboardingPasswordFile", page))
      fail_onboarding(page, std::string(file.path) +
                                " asks for {user} or {password}; write PolyAuthDeviceSecretFile "
                                "for one password a device, or PolyAuthOnboardingPasswordFile for "
                                "a common one");
  }

  void fail_onboarding(const ConfigLine& page, const std::string& text) {
    complaints_.fail(PA1036, page, page.host, text);
  }

  const Globals& globals_;
  const std::vector<ConfigLine>& lines_;
  const Hosts& hosts_;
  Complaints& complaints_;
};

} // namespace

void check_pages(const Globals& globals, const std::vector<ConfigLine>& lines, const Hosts& hosts,
                 Complaints& complaints) {
  PageChecks(globals, lines, hosts, complaints).run();
}

} // namespace polyauth::apache
