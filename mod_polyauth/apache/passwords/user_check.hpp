// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/gate/request_state.hpp"
#include "apache/httpd.hpp"
#include "core/mac_address.hpp"

#include <string_view>

// Question 16: who has logged in, and whether the device may.
namespace polyauth::apache {

// What a provider of ours answers for a password that it has found right. `label` may be
// empty. Leaves behind what password_of() and POLYAUTH_PASSWORD_LABEL say.
authn_status admit_password(request_rec* r, const char* user, PasswordSource source,
                            std::string_view label);

// The same for a password that belongs to one device alone: without that device's
// certificate it is refused for good (PA5002, user-not-device), whatever provider follows.
authn_status admit_device_password(request_rec* r, const char* user, PasswordSource source,
                                   std::string_view label, const MacAddress& owner);

// PolyAuthUserName, whoever has authenticated the user: DECLINED, or the status of a
// refusal. For the fixups, after the questions before it.
int check_user_name(request_rec* r);

} // namespace polyauth::apache
