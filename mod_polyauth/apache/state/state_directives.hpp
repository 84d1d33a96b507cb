// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"

// The setters of PolyAuthState and the directives of one-time passwords.
namespace polyauth::apache {

const char* set_state(cmd_parms* cmd, void* config, const char* word) noexcept;
const char* set_onetime_lifetime(cmd_parms* cmd, void* config, const char* word) noexcept;
const char* set_onetime_window(cmd_parms* cmd, void* config, const char* word) noexcept;
const char* set_onetime_attempts(cmd_parms* cmd, void* config, const char* word) noexcept;

} // namespace polyauth::apache
