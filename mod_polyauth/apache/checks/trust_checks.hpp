// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/checks/complaints.hpp"
#include "apache/checks/config_tree.hpp"
#include "apache/config.hpp"

#include <vector>

namespace polyauth::apache {

// Looks through the configuration for what questions 4 to 6 need, and notes for each
// CRL file which trust files it is judged by. `tls_hosts` are the virtual hosts with TLS,
// `balanced_hosts` those whose TLS ends at a balancer; nullptr stands for the main server.
void check_trust(Globals& globals, const std::vector<ConfigLine>& lines,
                 const std::vector<Governed>& governed,
                 const std::vector<const ap_directive_t*>& tls_hosts,
                 const std::vector<const ap_directive_t*>& balanced_hosts, Complaints& complaints);

} // namespace polyauth::apache
