// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/command.hpp"

#include <span>
#include <string>
#include <vector>

namespace polyauth::tool {

// Understands the arguments (without the program's name) and runs the command
// that they name, or prints the help or the version that they ask for.
[[nodiscard]] Exit run_command_line(std::span<const Command* const> commands,
                                    const std::vector<std::string>& arguments, Console& console);

} // namespace polyauth::tool
