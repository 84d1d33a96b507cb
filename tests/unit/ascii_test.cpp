// SPDX-License-Identifier: Apache-2.0
#include "core/ascii.hpp"
#include "support/catch.hpp"

#include <string>

namespace ascii = polyauth::ascii;

TEST_CASE("exactly the 22 hex digits of ASCII are hex digits", "[ascii]") {
  const std::string digits = "0123456789abcdefABCDEF";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    CAPTURE(byte);
    CHECK(ascii::is_hex(c) == (c != '\0' && digits.find(c) != std::string::npos));
  }
  CHECK(ascii::hex_value('0') == 0);
  CHECK(ascii::hex_value('9') == 9);
  CHECK(ascii::hex_value('a') == 10);
  CHECK(ascii::hex_value('F') == 15);
  CHECK(ascii::hex_value('g') == 0xff);
}

TEST_CASE("only ASCII letters change their case", "[ascii]") {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool upper = byte >= 'A' && byte <= 'Z';
    const bool lower = byte >= 'a' && byte <= 'z';
    CAPTURE(byte);
    CHECK(ascii::to_lower(c) == (upper ? static_cast<char>(byte + 32) : c));
    CHECK(ascii::is_letter(c) == (upper || lower));
    CHECK(ascii::is_alnum(c) == (upper || lower || (byte >= '0' && byte <= '9')));
    CHECK(ascii::is_control(c) == (byte < 32 || byte == 127));
    CHECK(ascii::is_blank(c) == (byte == ' ' || byte == '\t'));
  }
}

TEST_CASE("texts are compared without regard to ASCII case only", "[ascii]") {
  CHECK(ascii::equal_ignoring_case("", ""));
  CHECK(ascii::equal_ignoring_case("MAC", "mac"));
  CHECK_FALSE(ascii::equal_ignoring_case("mac", "mac "));
  CHECK_FALSE(ascii::equal_ignoring_case("[", "{"));
  CHECK_FALSE(ascii::equal_ignoring_case("\xc3\x84", "\xc3\xa4"));
}
