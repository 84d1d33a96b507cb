// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/command.hpp"

#include <span>
#include <string>

// The help of a command, made from its words and its options, for a terminal of
// 80 columns.
namespace polyauth::tool {

[[nodiscard]] std::string command_help(const Command& command, const CLI::App& app);

// The commands of a group, or all of them if its name is empty.
[[nodiscard]] std::string list_help(std::span<const Command* const> commands,
                                    std::string_view group, const CLI::App& app);

} // namespace polyauth::tool
