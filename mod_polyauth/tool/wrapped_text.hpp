// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Sentences for a terminal of 80 columns.
namespace polyauth::tool {

// One paragraph with a line feed at its end; its first line begins at `column`, the rest at
// `indent`. A word that is too long for a line has one of its own.
[[nodiscard]] std::string wrapped(std::string_view paragraph, std::size_t column,
                                  std::size_t indent);

// All of it at this indentation.
[[nodiscard]] std::string indented(std::string_view paragraph, std::size_t indent);

} // namespace polyauth::tool
