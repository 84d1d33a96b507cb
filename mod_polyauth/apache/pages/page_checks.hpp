// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/checks/complaints.hpp"
#include "apache/checks/config_tree.hpp"
#include "apache/config.hpp"

#include <vector>

namespace polyauth::apache {

// Looks through the configuration for pages that would be open to anybody, or could not
// answer. `tls_hosts` are the virtual hosts with TLS, `balanced_hosts` those that trust a
// balancer; nullptr stands for the main server. After read_onboarding_files().
void check_pages(const Globals& globals, const std::vector<ConfigLine>& lines,
                 const std::vector<const ap_directive_t*>& tls_hosts,
                 const std::vector<const ap_directive_t*>& balanced_hosts, Complaints& complaints);

} // namespace polyauth::apache
