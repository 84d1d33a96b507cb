// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace polyauth {

// A one-time password: 12 digits and a check digit (Luhn, ISO/IEC 7812-1, annex B),
// which finds every single wrong digit and nearly every swap of neighbours.
// An object of this type is always well-formed.
class OneTimeCode {
public:
  static constexpr std::uint64_t kCodes = 1'000'000'000'000; // how many there are

  // 13 digits, the last of which is right. A single blank or dash may stand between
  // two digits; nothing else, and nothing around them.
  [[nodiscard]] static std::optional<OneTimeCode> parse(std::string_view text) noexcept;

  // Precondition: less than kCodes.
  [[nodiscard]] static OneTimeCode from_digits(std::uint64_t twelve_digits) noexcept;

  // All 13: what is hashed.
  [[nodiscard]] std::string digits() const;
  // "1234 5678 90128", to be read aloud and typed; parse() gives the code back.
  [[nodiscard]] std::string grouped() const;

  friend bool operator==(const OneTimeCode&, const OneTimeCode&) = default;

private:
  explicit OneTimeCode(std::uint64_t thirteen_digits) noexcept : value_(thirteen_digits) {}
  std::uint64_t value_;
};

} // namespace polyauth
