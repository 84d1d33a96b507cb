// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"

namespace polyauth::apache {

// Registers AuthBasicProvider polyauth.
void register_password_provider(apr_pool_t* p);

} // namespace polyauth::apache
