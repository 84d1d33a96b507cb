// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/checks/complaints.hpp"
#include "apache/checks/config_tree.hpp"

#include <vector>

namespace polyauth::apache {

// AuthBasicProvider polyauth-onetime: whether it has a database, and a page.
void check_onetime(const std::vector<ConfigLine>& lines, Complaints& complaints);

} // namespace polyauth::apache
