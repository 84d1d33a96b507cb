// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"

// AuthBasicProvider polyauth-onetime.
namespace polyauth::apache {

void register_onetime_provider(apr_pool_t* p);

} // namespace polyauth::apache
