// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/config.hpp"
#include "apache/httpd.hpp"

#include <string>
#include <vector>

// The files that are followed while the server runs: read at start, published
// for all processes, looked after by mod_watchdog in each child.
namespace polyauth::apache {

// Whether the server runs already, with or without this module: then an error must
// not end it. In both passes of a start this is false.
[[nodiscard]] bool is_restart();

// Publishes what is new and makes every process able to follow. False if a start
// must fail. At a restart whatever fails leaves what is in force, or nothing,
// and then the sections that need it refuse.
[[nodiscard]] bool publish_files(Globals& globals, apr_pool_t* pconf, server_rec* s);

// No file is being read any more when a child ends.
void register_live_file_hooks();

} // namespace polyauth::apache
