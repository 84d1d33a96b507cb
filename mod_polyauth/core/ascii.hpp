// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

// Byte classes that do not depend on a locale: <cctype> answers differently
// under LC_CTYPE and is undefined for bytes above 0x7f in a signed char.
namespace polyauth::ascii {

namespace detail {
constexpr std::array<std::uint8_t, 256> make_hex_values() {
  std::array<std::uint8_t, 256> table{};
  table.fill(0xff);
  for (unsigned i = 0; i < 10; ++i)
    table[static_cast<unsigned>('0') + i] = static_cast<std::uint8_t>(i);
  for (unsigned i = 0; i < 6; ++i) {
    table[static_cast<unsigned>('a') + i] = static_cast<std::uint8_t>(10 + i);
    table[static_cast<unsigned>('A') + i] = static_cast<std::uint8_t>(10 + i);
  }
  return table;
}
inline constexpr std::array<std::uint8_t, 256> kHexValues = make_hex_values();
} // namespace detail

// The value of a hex digit, or 0xff for any other byte.
[[nodiscard]] constexpr std::uint8_t hex_value(char c) noexcept {
  return detail::kHexValues[static_cast<unsigned char>(c)];
}
[[nodiscard]] constexpr bool is_hex(char c) noexcept { return hex_value(c) != 0xff; }
[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr char to_lower(char c) noexcept {
  return (c >= 'A' && c <= 'Z') ? static_cast<char>(c + ('a' - 'A')) : c;
}
[[nodiscard]] constexpr bool is_letter(char c) noexcept {
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'z';
}
[[nodiscard]] constexpr bool is_alnum(char c) noexcept { return is_letter(c) || is_digit(c); }
[[nodiscard]] constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

// C0 controls and DEL.
[[nodiscard]] constexpr bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

// As the members of std::string_view, which libstdc++ does not inline.
[[nodiscard]] inline bool starts_with(std::string_view text, std::string_view prefix) noexcept {
  return text.size() >= prefix.size() &&
         std::memcmp(text.data(), prefix.data(), prefix.size()) == 0;
}
[[nodiscard]] inline bool ends_with(std::string_view text, std::string_view suffix) noexcept {
  return text.size() >= suffix.size() && std::memcmp(text.data() + (text.size() - suffix.size()),
                                                     suffix.data(), suffix.size()) == 0;
}

[[nodiscard]] constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  return true;
}

} // namespace polyauth::ascii
