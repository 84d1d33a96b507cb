// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/checks/complaints.hpp"
#include "apache/checks/config_tree.hpp"
#include "apache/checks/hosts.hpp"
#include "apache/config.hpp"

#include <vector>

namespace polyauth::apache {

// Looks through the configuration for what questions 4 to 6 need, and notes for each
// CRL file which trust files it is judged by.
void check_trust(Globals& globals, const std::vector<ConfigLine>& lines,
                 const std::vector<Governed>& governed, const Hosts& hosts, Complaints& complaints);

} // namespace polyauth::apache
