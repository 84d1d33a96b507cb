// SPDX-License-Identifier: Apache-2.0
#include "core/one_time_code.hpp"
#include "support/catch.hpp"

#include <utility>

using namespace polyauth;

// 79927398713 is the usual example of ISO/IEC 7812-1; leading zeros change no sum.
TEST_CASE("the check digit is that of ISO/IEC 7812-1", "[one-time]") {
  CHECK(OneTimeCode::from_digits(7992739871).digits() == "0079927398713");
  CHECK(OneTimeCode::from_digits(0).digits() == "0000000000000");
  CHECK(OneTimeCode::from_digits(999'999'999'999).digits() == "9999999999992");
}

TEST_CASE("a code is told in groups and read again", "[one-time]") {
  const OneTimeCode code = OneTimeCode::from_digits(123'456'789'012);
  CHECK(code.grouped() == "1234 5678 90128");
  for (const auto* const text : {"1234567890128", "1234 5678 90128", "1234-5678-90128",
                                 "123 456 789 012 8", "1 2 3 4 5 6 7 8 9 0 1 2 8"}) {
    CAPTURE(text);
    CHECK(OneTimeCode::parse(text) == code);
  }
  for (std::uint64_t digits = 1; digits < OneTimeCode::kCodes; digits = digits * 7 + 3) {
    const OneTimeCode other = OneTimeCode::from_digits(digits);
    CHECK(OneTimeCode::parse(other.digits()) == other);
    CHECK(OneTimeCode::parse(other.grouped()) == other);
  }
}

TEST_CASE("anything else is no code", "[one-time]") {
  const auto* const text =
      GENERATE("", "123456789012", "12345678901280", "1234567890129", "1234567890120",
               " 1234567890128", "1234567890128 ", "1234  567890128", "1234- 567890128",
               "-1234567890128", "1234567890128\n", "1234_5678_90128", "123456789012a",
               "\xd9\xa1"
               "234567890128",
               "+234567890128", "0x34567890128", "1234567890128 ", "123456789012 8 ");
  CAPTURE(text);
  CHECK_FALSE(OneTimeCode::parse(text));
}

TEST_CASE("a NUL is no digit and no separator", "[one-time]") {
  CHECK_FALSE(OneTimeCode::parse(std::string_view("1234567890128\0", 14)));
  CHECK_FALSE(OneTimeCode::parse(std::string_view("1234\0005678901285", 14)));
}

TEST_CASE("every wrong digit is found, and every swap of neighbours but 0 and 9", "[one-time]") {
  const std::string good = OneTimeCode::from_digits(390'817'264'509).digits();
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string text = good;
      text[at] = digit;
      CHECK(OneTimeCode::parse(text).has_value() == (digit == good[at]));
    }
    if (at + 1 == good.size()) continue;
    std::string text = good;
    std::swap(text[at], text[at + 1]);
    const std::string pair = good.substr(at, 2);
    const bool unseen = text == good || pair == "09" || pair == "90";
    CHECK(OneTimeCode::parse(text).has_value() == unseen);
  }
}
