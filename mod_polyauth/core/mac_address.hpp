// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ascii.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace polyauth {

// A 48-bit hardware address as a value: cheap to copy, totally ordered.
class MacAddress {
public:
  // The canonical form without a terminating NUL.
  using Text = std::array<char, 12>;

  // Only the low 48 bits count.
  constexpr explicit MacAddress(std::uint64_t bits) noexcept : bits_(bits & 0xffff'ffff'ffffU) {}

  // Accepts the four spellings 0004f2aabbcc, 00-04-f2-aa-bb-cc,
  // 00:04:f2:aa:bb:cc and 0004.f2aa.bbcc in either case, and nothing around
  // them: a second reading of a name is a second way around a rule.
  [[nodiscard]] static std::optional<MacAddress> parse(std::string_view text) noexcept;

  // Exactly twelve hex digits. Precondition: text holds at least twelve.
  [[nodiscard]] static constexpr std::optional<MacAddress>
  from_digits(std::string_view text) noexcept;

  // Twelve lower-case hex digits; parse(to_string()) gives the same address.
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] Text text() const noexcept;

  [[nodiscard]] constexpr std::uint64_t bits() const noexcept { return bits_; }

  // Begins with ten zeros: names no device (000000000000.cfg, y000000000065.cfg).
  [[nodiscard]] constexpr bool is_placeholder() const noexcept { return bits_ <= 0xff; }
  // The group bit of the first octet is clear (IEEE 802, individual address).
  [[nodiscard]] constexpr bool is_unicast() const noexcept { return ((bits_ >> 40) & 1U) == 0; }

  friend constexpr auto operator<=>(const MacAddress&, const MacAddress&) = default;

private:
  std::uint64_t bits_;
};

constexpr std::optional<MacAddress> MacAddress::from_digits(std::string_view text) noexcept {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 12; ++i) {
    const std::uint8_t value = ascii::hex_value(text[i]);
    if (value == 0xff) return std::nullopt;
    bits = (bits << 4) | value;
  }
  return MacAddress(bits);
}

} // namespace polyauth
