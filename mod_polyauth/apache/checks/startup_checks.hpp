// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/config.hpp"
#include "apache/httpd.hpp"

namespace polyauth::apache {

// Looks through the whole configuration for what would make the gate unsafe or
// useless, and logs it with what to write instead. False if there is an error;
// at a restart the virtual hosts concerned are made to refuse instead.
[[nodiscard]] bool check_configuration(Globals& globals, server_rec* main_server, bool restart);

} // namespace polyauth::apache
