// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

// Log files of any size, line by line, in bounded memory.
namespace polyauth::tool {

// Takes a line without its line feed, and its number from 1. Of a line that is longer
// than the limit only that much and a byte.
using LineTaker = std::function<void(std::string_view line, std::size_t number)>;

// Reads a file, or standard input as "-", plain or compressed by gzip, as logrotate leaves
// them. Shows how far it is if standard error is a terminal. The error is the rest of a
// sentence that begins with the name.
Result<bool> read_log(const std::string& path, std::size_t limit, const LineTaker& take);

} // namespace polyauth::tool
