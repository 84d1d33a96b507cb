// SPDX-License-Identifier: Apache-2.0
#include "apache/checks/trust_checks.hpp"

#include "apache/messages.hpp"

#include <algorithm>
#include <string_view>

namespace polyauth::apache {

namespace {

constexpr std::string_view kTrustDirective = "PolyAuthCACertificateFile";
constexpr std::string_view kRevocationDirective = "PolyAuthCARevocationFile";

bool is_none(const ConfigLine& line) {
  const std::vector<std::string> words = line.words();
  return !words.empty() && words.front() == "none";
}

class TrustChecks {
public:
  TrustChecks(const std::vector<ConfigLine>& lines, const std::vector<Governed>& governed,
              Complaints& complaints)
      : lines_(lines), governed_(governed), complaints_(complaints) {}

  // Superset: which sections meet in a request is not known before.
  void note_companions(Globals& globals) const {
    for (RevocationSource* const crls : globals.revocations)
      for (TrustSource* const trust : globals.trusts)
        if (may_meet(crls->path, trust->path)) crls->companions.push_back(trust);
  }

  void check_revocation_has_trust() {
    for (const ConfigLine& line : lines_)
      if (line.is(kRevocationDirective) && !is_none(line) && !file_for(kTrustDirective, line))
        complaints_.fail(PA1017, line, line.host,
                         "PolyAuthCARevocationFile needs PolyAuthCACertificateFile in the same "
                         "section or around it: the CAs there are the ones whose CRLs count; write "
                         "both");
    // Where an inner section unsets the trust file, the CRL file around it is in the way.
    for (const ConfigLine& line : lines_)
      if (line.is(kTrustDirective) && is_none(line) && file_for(kRevocationDirective, line))
        complaints_.fail(PA1017, line, line.host,
                         "PolyAuthCACertificateFile none leaves a PolyAuthCARevocationFile without "
                         "the CAs whose CRLs count; write PolyAuthCARevocationFile none as well");
  }

  // A resumed session turns an unverified certificate into a verified one, unless
  // the chain is verified here.
  void check_optional_no_ca(const ap_directive_t* host) {
    bool any = false;
    bool only_audit = true;
    for (const Governed& section : governed_) {
      if (!reaches(*section.line, host) || file_for(kTrustDirective, *section.line)) continue;
      any = true;
      only_audit = only_audit && section.audit;
    }
    // An inner section may take the trust file away from what is governed around it.
    for (const ConfigLine& line : lines_)
      if (line.is(kTrustDirective) && is_none(line) && reaches(line, host) &&
          std::any_of(governed_.begin(), governed_.end(), [&](const Governed& section) {
            return reaches(*section.line, host) && !section.audit &&
                   overlap(line.sections, section.line->sections) != Overlap::kNone;
          })) {
        any = true;
        only_audit = false;
      }
    if (!any) return;
    constexpr const char* kText =
        "SSLVerifyClient optional_no_ca: a resumed TLS session turns its unverified certificate "
        "into a verified one; write SSLVerifyClient require, or optional with its own <Location> "
        "for the rest, or PolyAuthCACertificateFile in each section with PolyAuth";
    for (const ConfigLine& line : lines_) {
      if (!line.is("SSLVerifyClient") || !line.has_word("optional_no_ca") || !reaches(line, host) ||
          is_overridden(line, host))
        continue;
      if (only_audit)
        complaints_.warn(PA1003, line, kText);
      else
        complaints_.fail(PA1003, line, host, kText);
    }
  }

  // What a balancer hands on is verified here or nowhere.
  void check_balanced(const ap_directive_t* host) {
    for (const Governed& section : governed_) {
      if (!reaches(*section.line, host)) continue;
      // A section outside virtual hosts has the settings of each of them.
      ConfigLine place = *section.line;
      place.host = host;
      if (!file_for(kTrustDirective, place)) fail_balanced(*section.line, host);
      for (const ConfigLine& line : lines_)
        if (line.is(kTrustDirective) && is_none(line) && reaches(line, host) &&
            !line.sections.empty() &&
            overlap(line.sections, section.line->sections) != Overlap::kNone)
          fail_balanced(line, host);
    }
  }

  void check_listed_can_pass() {
    for (const ConfigLine& line : lines_) {
      if (!line.is("PolyAuthExpiredCertificates") || !line.has_word("listed")) continue;
      const bool can =
          std::any_of(governed_.begin(), governed_.end(), [&](const Governed& section) {
            return concerns(line, *section.line) && file_for(kTrustDirective, *section.line) &&
                   file_for("PolyAuthAclFile", *section.line);
          });
      if (!can)
        complaints_.warn(PA1018, line,
                         "PolyAuthExpiredCertificates listed lets nobody in: no section with "
                         "PolyAuth On here has both PolyAuthAclFile, which must name the device in "
                         "full, and PolyAuthCACertificateFile; write both, or refuse");
    }
  }

private:
  void fail_balanced(const ConfigLine& line, const ap_directive_t* host) {
    complaints_.fail(PA1019, line, host,
                     "behind a balancer (PolyAuthTrustedProxy) nobody but this server verifies the "
                     "certificates of phones, and here it has nothing to verify them by; write "
                     "PolyAuthCACertificateFile");
  }

  // Whether the two are in one virtual host, or one of them in all.
  static bool concerns(const ConfigLine& a, const ConfigLine& b) {
    return a.host == nullptr || b.host == nullptr || a.host == b.host;
  }

  // Whether a server-wide line is not the last word in a virtual host.
  bool is_overridden(const ConfigLine& line, const ap_directive_t* host) const {
    if (!line.sections.empty()) return false;
    return std::any_of(lines_.begin(), lines_.end(), [&](const ConfigLine& other) {
      if (!other.is(line.node->directive) || !other.sections.empty() || !reaches(other, host))
        return false;
      const bool nearer = other.host != nullptr && line.host == nullptr;
      return nearer || (other.host == line.host && &other > &line);
    });
  }

  // The line that says which file holds in the section of `place`; nullptr for none.
  const ConfigLine* file_for(std::string_view directive, const ConfigLine& place) const {
    const ConfigLine* const found = in_force(lines_, directive, place);
    return found != nullptr && !is_none(*found) ? found : nullptr;
  }

  bool may_meet(const char* crl_path, const char* trust_path) const {
    return std::any_of(lines_.begin(), lines_.end(), [&](const ConfigLine& crls) {
      return names_file(crls, kRevocationDirective, crl_path) &&
             std::any_of(lines_.begin(), lines_.end(), [&](const ConfigLine& trust) {
               return names_file(trust, kTrustDirective, trust_path) && concerns(crls, trust) &&
                      overlap(crls.sections, trust.sections) != Overlap::kNone;
             });
    });
  }

  const std::vector<ConfigLine>& lines_;
  const std::vector<Governed>& governed_;
  Complaints& complaints_;
};

} // namespace

void check_trust(Globals& globals, const std::vector<ConfigLine>& lines,
                 const std::vector<Governed>& governed, const Hosts& hosts,
                 Complaints& complaints) {
  TrustChecks checks(lines, governed, complaints);
  checks.note_companions(globals);
  checks.check_revocation_has_trust();
  for (const ap_directive_t* const host : hosts.with_tls()) checks.check_optional_no_ca(host);
  for (const ap_directive_t* const host : hosts.with_balancer()) checks.check_balanced(host);
  checks.check_listed_can_pass();
}

} // namespace polyauth::apache
