// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

// Question 11: text that httpd, the file system and a backend behind it cannot
// read in two ways.
namespace polyauth {

// Valid UTF-8 (RFC 3629: no overlong form, no surrogate) without control byte,
// '%', '\' or ';'.
[[nodiscard]] bool is_clean_path(std::string_view decoded) noexcept;

// No control byte, and no '%' that a second decoding would act on.
[[nodiscard]] bool is_clean_query(std::string_view decoded) noexcept;

// Whether a segment is "." or "..".
[[nodiscard]] bool has_dot_segment(std::string_view path) noexcept;

// The offset of the first byte that is not well-formed UTF-8; the size if there is none.
[[nodiscard]] std::size_t utf8_error(std::string_view text) noexcept;
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

// One percent-decoding (RFC 3986 2.1). A '%' without two hex digits stays.
[[nodiscard]] std::string percent_decode(std::string_view text);

} // namespace polyauth
