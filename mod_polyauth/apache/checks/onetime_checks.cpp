// SPDX-License-Identifier: Apache-2.0
#include "apache/checks/onetime_checks.hpp"

#include "apache/messages.hpp"

#include <algorithm>
#include <string>

namespace polyauth::apache {

void check_onetime(const std::vector<ConfigLine>& lines, Complaints& complaints) {
  const bool has_state = std::any_of(
      lines.begin(), lines.end(), [](const ConfigLine& line) { return line.is("PolyAuthState"); });
  for (const ConfigLine& line : lines) {
    if (!line.is("AuthBasicProvider") || !line.has_word("polyauth-onetime")) continue;
    if (!has_state)
      complaints.fail(PA1042, line, line.host,
                      "AuthBasicProvider polyauth-onetime has no passwords to check against; write "
                      "PolyAuthState with the path of a file, or PolyAuthState dbd");
    const ConfigLine* const page = in_force(lines, "PolyAuthPage", line);
    if (page == nullptr || !page->has_word("onboarding"))
      complaints.warn(PA1043, line,
                      "AuthBasicProvider polyauth-onetime lets nobody in here: a one-time password "
                      "is good for the onboarding page only; write it where PolyAuthPage "
                      "onboarding is");
  }
}

} // namespace polyauth::apache
