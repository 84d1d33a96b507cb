// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/checks/complaints.hpp"
#include "apache/checks/config_tree.hpp"

#include <vector>

namespace polyauth::apache {

// Looks through the configuration for sections that another one opens or takes back, and for
// settings that none of them asks.
void check_sections(const std::vector<ConfigLine>& lines, const std::vector<Governed>& governed,
                    Complaints& complaints);

} // namespace polyauth::apache
