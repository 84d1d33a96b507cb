// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/checks/complaints.hpp"
#include "apache/checks/config_tree.hpp"
#include "apache/checks/hosts.hpp"
#include "apache/config.hpp"

#include <vector>

namespace polyauth::apache {

// Looks through the configuration for pages that would be open to anybody, or could not
// answer. After read_onboarding_files().
void check_pages(const Globals& globals, const std::vector<ConfigLine>& lines, const Hosts& hosts,
                 Complaints& complaints);

} // namespace polyauth::apache
