// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"
#include "core/mac_address.hpp"

#include <cstdint>
#include <string_view>

// Which device has last logged in with which password: kept in a queue of the process
// and written to PolyAuthState by a watchdog, never on the way of a request.
namespace polyauth::apache {

struct Globals;
enum class PasswordSource : std::uint8_t; // apache/request_state.hpp

// This device was let in by one of our providers. A regular password ends the window of
// the device's one-time password at once, on this server. Nothing without PolyAuthState.
// Called once for each granted password; cheap.
void note_login(request_rec* r, const MacAddress& device, std::string_view label,
                PasswordSource source) noexcept;

// The window of this device's one-time password is open until then: a login on this
// server is to end it.
void note_open_window(const MacAddress& device, std::int64_t until) noexcept;

// From post_config: the shared memory and the watchdog. False if a start must fail.
[[nodiscard]] bool start_last_seen(Globals& globals, apr_pool_t* pconf, server_rec* s);

} // namespace polyauth::apache
