// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"

namespace polyauth::apache {

// Registers Require polyauth and Require polyauth-device.
void register_require_providers(apr_pool_t* p);

} // namespace polyauth::apache
