// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"

// The setters of the directives of pages, for the command table.
namespace polyauth::apache {

const char* set_page(cmd_parms* cmd, void* config, const char* word) noexcept;
const char* set_onboarding_template(cmd_parms* cmd, void* config, const char* pattern,
                                    const char* path) noexcept;
const char* set_onboarding_server(cmd_parms* cmd, void* config, const char* word) noexcept;
const char* set_onboarding_password_file(cmd_parms* cmd, void* config, const char* word) noexcept;

} // namespace polyauth::apache
