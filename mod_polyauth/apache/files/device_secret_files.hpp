// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/config.hpp"
#include "apache/httpd.hpp"

// PolyAuthDeviceSecretFile: read by the parent, as root where it is root, at start and
// restart; the children inherit what it has read and need not be able to.
namespace polyauth::apache {

// Whether each can be used; says what is wrong. For a start and httpd -t.
[[nodiscard]] bool check_device_secret_files(const Globals& globals, server_rec* s);

// Reads each for good. False if a start must fail; at a restart a file that cannot be used
// opens nothing, and the log says so.
[[nodiscard]] bool load_device_secret_files(Globals& globals, apr_pool_t* pconf, server_rec* s);

} // namespace polyauth::apache
