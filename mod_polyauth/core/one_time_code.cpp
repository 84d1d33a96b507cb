// SPDX-License-Identifier: Apache-2.0
#include "core/one_time_code.hpp"

#include "core/ascii.hpp"

namespace polyauth {

namespace {

constexpr unsigned kDigits = 13;

// The digit that makes the Luhn sum of twelve digits and itself a multiple of ten.
std::uint64_t check_digit(std::uint64_t twelve_digits) noexcept {
  std::uint64_t sum = 0;
  // From the right: the check digit itself is not doubled, its neighbour is.
  for (bool doubled = true; twelve_digits != 0; twelve_digits /= 10, doubled = !doubled) {
    const std::uint64_t digit = twelve_digits % 10 * (doubled ? 2 : 1);
    sum += digit / 10 + digit % 10;
  }
  return (10 - sum % 10) % 10;
}

} // namespace

std::optional<OneTimeCode> OneTimeCode::parse(std::string_view text) noexcept {
  std::uint64_t value = 0;
  unsigned count = 0;
  bool may_separate = false;
  for (const char c : text) {
    if (ascii::is_digit(c)) {
      if (++count > kDigits) return std::nullopt;
      value = value * 10 + static_cast<std::uint64_t>(c - '0');
      may_separate = count < kDigits;
    } else if ((c == ' ' || c == '-') && may_separate) {
      may_separate = false;
    } else {
      return std::nullopt;
    }
  }
  if (count != kDigits) return std::nullopt;
  const OneTimeCode code = from_digits(value / 10);
  if (code.value_ != value) return std::nullopt;
  return code;
}

OneTimeCode OneTimeCode::from_digits(std::uint64_t twelve_digits) noexcept {
  return OneTimeCode(twelve_digits * 10 + check_digit(twelve_digits));
}

std::string OneTimeCode::digits() const {
  std::string text = std::to_string(value_);
  return text.insert(0, kDigits - text.size(), '0');
}

std::string OneTimeCode::grouped() const { return digits().insert(8, 1, ' ').insert(4, 1, ' '); }

} // namespace polyauth
