// SPDX-License-Identifier: Apache-2.0
#include "core/clean_text.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <array>

namespace polyauth {

namespace {

// Bytes that need a second look: not printable ASCII, or special to a decoder.
constexpr std::array<bool, 256> make_suspects() {
  std::array<bool, 256> table{};
  for (unsigned byte = 0; byte < 256; ++byte)
    table[byte] = byte < 0x20 || byte >= 0x7f || byte == '%' || byte == '\\' || byte == ';';
  return table;
}
constexpr std::array<bool, 256> kSuspects = make_suspects();

bool is_suspect(char c) noexcept { return kSuspects[static_cast<unsigned char>(c)]; }

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
  const char* at = decoded.data();
  const char* const end = at + decoded.size();
  // Four at a time: nearly always there is nothing to find.
  while (end - at >= 4 && !is_suspect(at[0]) && !is_suspect(at[1]) && !is_suspect(at[2]) &&
         !is_suspect(at[3]))
    at += 4;
  while (at != end && !is_suspect(*at)) ++at;
  if (at == end) return true;
  const auto forbidden = [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && is_suspect(c);
  };
  return std::none_of(at, end, forbidden) && is_utf8(decoded);
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
