// SPDX-License-Identifier: Apache-2.0
#include "apache/checks/password_checks.hpp"

#include "apache/messages.hpp"

#include <algorithm>
#include <string>

namespace polyauth::apache {

namespace {

using Lines = std::vector<ConfigLine>;

bool is_provider(const ConfigLine& line) {
  return (line.is("AuthBasicProvider") || line.is("AuthFormProvider")) && line.has_word("polyauth");
}

bool names_file(const ConfigLine& line) {
  return (line.is("PolyAuthPasswordFile") || line.is("PolyAuthDeviceSecretFile")) &&
         !line.has_word("none");
}

// Whether both may be in force for one request.
bool may_meet(const ConfigLine& a, const ConfigLine& b) {
  return (a.host == nullptr || b.host == nullptr || a.host == b.host) &&
         overlap(a.sections, b.sections) != Overlap::kNone;
}

bool any_meets(const Lines& lines, const ConfigLine& line, bool (*is_meant)(const ConfigLine&)) {
  return std::any_of(lines.begin(), lines.end(), [&](const ConfigLine& other) {
    return is_meant(other) && may_meet(other, line);
  });
}

void check_provider_has_file(const Lines& lines, const ConfigLine& provider,
                             Complaints& complaints) {
  if (!any_meets(lines, provider, names_file))
    complaints.fail(PA1021, provider, provider.host,
                    std::string(provider.node->directive) +
                        " polyauth has no passwords to check against; write PolyAuthPasswordFile "
                        "or PolyAuthDeviceSecretFile in the same section");
}

void check_password_is_asked(const Lines& lines, const ConfigLine& provider,
                             Complaints& complaints) {
  for (const ConfigLine& line : lines)
    if (line.is("Satisfy") && line.has_word("Any") &&
        (line.host == nullptr || line.host == provider.host) &&
        overlap(line.sections, provider.sections) == Overlap::kSure)
      complaints.warn(PA1023, line,
                      "Satisfy Any asks for no password where access is allowed otherwise, so "
                      "that AuthBasicProvider polyauth is not asked; write Satisfy All");
}

// What ties a password to a device says nothing about whose files that device may read.
void check_device_is_held(const Lines& lines, const std::vector<Governed>& governed,
                          Complaints& complaints) {
  const auto is_page = [](const ConfigLine& line) { return line.is("PolyAuthPage"); };
  for (const ConfigLine& line : lines) {
    const bool ties = (line.is("PolyAuthUserName") && line.has_word("device")) ||
                      (line.is("PolyAuthDeviceSecretFile") && !line.has_word("none"));
    if (!ties || any_meets(lines, line, is_page)) continue;
    if (std::none_of(governed.begin(), governed.end(),
                     [&](const Governed& section) { return may_meet(*section.line, line); }))
      complaints.warn(PA1022, line,
                      std::string(line.node->directive) +
                          " asks who a device is, but no section that it reaches has PolyAuth On, "
                          "PolyAuth Audit or Require polyauth, so that a device that is let in "
                          "may read every file; write PolyAuth On");
  }
}

} // namespace

void check_passwords(const Lines& lines, const std::vector<Governed>& governed,
                     Complaints& complaints) {
  for (const ConfigLine& line : lines) {
    if (!is_provider(line)) continue;
    check_provider_has_file(lines, line, complaints);
    check_password_is_asked(lines, line, complaints);
  }
  check_device_is_held(lines, governed, complaints);
}

} // namespace polyauth::apache
