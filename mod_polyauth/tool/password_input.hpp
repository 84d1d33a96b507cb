// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <string>

namespace polyauth::tool {

// A password that a person types twice without seeing it, if standard input is a
// terminal; else all of standard input without the line end that it may have.
// Refuses what no phone and no browser can send: control characters, and what bcrypt
// would cut. Never comes from the command line, which every user of the machine can
// read.
Result<std::string> read_password();

} // namespace polyauth::tool
