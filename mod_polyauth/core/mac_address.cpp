// SPDX-License-Identifier: Apache-2.0
#include "core/mac_address.hpp"

namespace polyauth {

namespace {

// The two digits of each octet.
constexpr std::array<std::array<char, 2>, 256> make_pairs() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t octet = 0; octet < pairs.size(); ++octet)
    pairs[octet] = {kDigits[octet >> 4], kDigits[octet & 0xf]};
  return pairs;
}
constexpr std::array<std::array<char, 2>, 256> kPairs = make_pairs();

// Groups of `group` digits, each followed by `separator` but the last.
std::optional<MacAddress> parse_groups(std::string_view text, std::size_t group,
                                       char separator) noexcept {
  std::array<char, 12> digits{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % (group + 1) == group) {
      if (text[i] != separator) return std::nullopt;
    } else {
      digits[count++] = text[i];
    }
  }
  return MacAddress::from_digits({digits.data(), digits.size()});
}

} // namespace

std::optional<MacAddress> MacAddress::parse(std::string_view text) noexcept {
  switch (text.size()) {
  case 12: return from_digits(text);
  case 14: return parse_groups(text, 4, '.');
  case 17:
    if (text[2] != '-' && text[2] != ':') return std::nullopt;
    return parse_groups(text, 2, text[2]);
  default: return std::nullopt;
  }
}

MacAddress::Text MacAddress::text() const noexcept {
  Text text{};
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto& pair = kPairs[(bits_ >> (40 - 4 * i)) & 0xff];
    text[i] = pair[0];
    text[i + 1] = pair[1];
  }
  return text;
}

std::string MacAddress::to_string() const {
  const Text digits = text();
  return {digits.data(), digits.size()};
}

} // namespace polyauth
