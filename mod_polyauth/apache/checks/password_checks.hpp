// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/checks/complaints.hpp"
#include "apache/checks/config_tree.hpp"

#include <vector>

namespace polyauth::apache {

// Looks through the configuration for what AuthBasicProvider polyauth and question 16 need.
void check_passwords(const std::vector<ConfigLine>& lines, const std::vector<Governed>& governed,
                     Complaints& complaints);

} // namespace polyauth::apache
