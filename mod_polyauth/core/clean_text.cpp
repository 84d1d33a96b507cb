// SPDX-License-Identifier: Apache-2.0
#include "core/clean_text.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace polyauth {

namespace {

// Bytes that need a second look: not printable ASCII, or special to a decoder.
constexpr std::array<std::uint8_t, 256> make_suspects() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned byte = 0; byte < 256; ++byte)
    if (byte < 0x20 || byte >= 0x7f || byte == '%' || byte == '\\' || byte == ';') table[byte] = 1;
  return table;
}
constexpr std::array<std::uint8_t, 256> kSuspects = make_suspects();

unsigned suspect(char c) noexcept { return kSuspects[static_cast<unsigned char>(c)]; }

// Length of the well-formed UTF-8 sequence at the start of `text`, or 0.
std::size_t utf8_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    if (lead == 0xe0 && byte(1) < 0xa0) return 0;
    if (lead == 0xed && byte(1) > 0x9f) return 0;
    return continues(1) && continues(2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if (lead == 0xf0 && byte(1) < 0x90) return 0;
    if (lead == 0xf4 && byte(1) > 0x8f) return 0;
    return continues(1) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

} // namespace

std::size_t utf8_error(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return at;
}

bool is_utf8(std::string_view text) noexcept { return utf8_error(text) == text.size(); }

bool is_clean_path(std::string_view decoded) noexcept {
  // To the end in any case: nearly always there is nothing to find.
  unsigned found = 0;
  std::string_view rest = decoded;
  for (; rest.size() >= 4; rest.remove_prefix(4))
    found |= suspect(rest[0]) | suspect(rest[1]) | suspect(rest[2]) | suspect(rest[3]);
  for (const char c : rest) found |= suspect(c);
  if (found == 0) return true;
  const auto forbidden = [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && suspect(c) != 0;
  };
  return std::none_of(decoded.begin(), decoded.end(), forbidden) && is_utf8(decoded);
}

bool is_clean_query(std::string_view decoded) noexcept {
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    if (ascii::is_control(decoded[i])) return false;
    if (decoded[i] == '%' && i + 2 < decoded.size() && ascii::is_hex(decoded[i + 1]) &&
        ascii::is_hex(decoded[i + 2]))
      return false;
  }
  return true;
}

bool has_dot_segment(std::string_view path) noexcept {
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    if (segment == "." || segment == "..") return true;
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
}

std::string percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && ascii::is_hex(text[i + 1]) &&
        ascii::is_hex(text[i + 2])) {
      decoded +=
          static_cast<char>(ascii::hex_value(text[i + 1]) * 16 + ascii::hex_value(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

} // namespace polyauth
