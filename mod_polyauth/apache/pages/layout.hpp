// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/pages/html.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// What all pages for people have in common.
namespace polyauth::apache {

enum class PageWidth : std::uint8_t { kText, kWide };

// A whole document around the content of its <main>.
[[nodiscard]] Html whole_page(std::string_view title, std::string_view user, const Html& content,
                              PageWidth width = PageWidth::kText);

// "'sha256-...'" of the style that the document holds, for the policy that allows no other.
[[nodiscard]] std::string style_source();

} // namespace polyauth::apache
