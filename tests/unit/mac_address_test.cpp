// SPDX-License-Identifier: Apache-2.0
#include "core/mac_address.hpp"
#include "support/catch.hpp"

#include <random>
#include <string>

using polyauth::MacAddress;

namespace {

std::string grouped(const std::string& digits, std::size_t group, char separator) {
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && i % group == 0) text += separator;
    text += digits[i];
  }
  return text;
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 32);
  return text;
}

} // namespace

TEST_CASE("the four spellings of a MAC are read in either case", "[mac_address]") {
  const std::string text =
      GENERATE("0004f2aabbcc", "00-04-f2-aa-bb-cc", "00:04:f2:aa:bb:cc", "0004.f2aa.bbcc",
               "0004F2AABBCC", "00-04-F2-AA-BB-CC", "00:04:F2:AA:BB:CC", "0004.F2AA.BBCC",
               "0004f2AABBcc", "00:04:F2:aa:Bb:cC");
  CAPTURE(text);
  const auto address = MacAddress::parse(text);
  REQUIRE(address);
  CHECK(address->to_string() == "0004f2aabbcc");
  CHECK(address->bits() == 0x0004f2aabbccU);
}

TEST_CASE("a MAC of the wrong shape is refused", "[mac_address]") {
  const std::string text = GENERATE(
      // one digit less, one more
      "", "0", "0004f2aabbc", "0004f2aabbccd", "00-04-f2-aa-bb-c", "00-04-f2-aa-bb-ccd",
      "0004.f2aa.bbc", "0004.f2aa.bbccd",
      // separators that are mixed, doubled, misplaced or others
      "00:04:f2:aa:bb-cc", "00-04:f2-aa-bb-cc", "00.04.f2.aa.bb.cc", "0004-f2aa-bbcc",
      "0004:f2aa:bbcc", "000-4f2-aab-bcc", "00--04f2-aa-bb-cc", "00_04_f2_aa_bb_cc",
      "00 04 f2 aa bb cc", "0004f2-aabbcc", "00-04-f2-aa-bb-cc-", "-00-04-f2-aa-bb-cc",
      "0-004-f2-aa-bb-cc", "0004..f2aabbcc",
      // something around it
      " 0004f2aabbcc", "0004f2aabbcc ", "0004f2aabbcc\n", "0x04f2aabbcc", "+004f2aabbcc",
      // no hex digit, or a look-alike
      "0004f2aabbcg", "OO04f2aabbcc", "0004f2aabbc\xc3\x87",
      "\xef\xbc\x90"
      "004f2aabb",
      "000%34f2aabb", "00-04-f2-aa-bb-cg", "0004.f2aa.bbcg");
  CAPTURE(text);
  CHECK_FALSE(MacAddress::parse(text));
}

TEST_CASE("a NUL does not end a MAC", "[mac_address]") {
  CHECK_FALSE(MacAddress::parse(std::string_view("0004f2aabbcc\0", 13)));
  CHECK_FALSE(MacAddress::parse(std::string_view("0004f2aabb\0c", 12)));
}

TEST_CASE("digits are read from the start of a text only", "[mac_address]") {
  CHECK(MacAddress::from_digits("0004f2aabbcc.cfg") == MacAddress(0x0004f2aabbcc));
  CHECK_FALSE(MacAddress::from_digits("0004f2aabbc.cfg"));
}

TEST_CASE("an address that begins with ten zeros is a placeholder", "[mac_address]") {
  const auto [bits, placeholder] = GENERATE(table<std::uint64_t, bool>({
      {0x000000000000, true},
      {0x000000000065, true},
      {0x0000000000ff, true},
      {0x000000000100, false},
      {0x0004f2aabbcc, false},
      {0xffffffffffff, false},
  }));
  CHECK(MacAddress(bits).is_placeholder() == placeholder);
}

TEST_CASE("the group bit of the first octet tells unicast from multicast", "[mac_address]") {
  const auto [bits, unicast] = GENERATE(table<std::uint64_t, bool>({
      {0x0004f2aabbcc, true},
      {0x64167faabbcc, true},
      {0x0204f2aabbcc, true}, // locally administered
      {0x0104f2aabbcc, false},
      {0x01005e000001, false},
      {0xffffffffffff, false},
  }));
  CHECK(MacAddress(bits).is_unicast() == unicast);
}

TEST_CASE("only 48 bits count and order is that of the digits", "[mac_address]") {
  CHECK(MacAddress(0xffff'0004'f2aa'bbccU) == MacAddress(0x0004f2aabbcc));
  CHECK(MacAddress(0x0004f2aabbcb) < MacAddress(0x0004f2aabbcc));
}

TEST_CASE("printing and parsing an address gives it back in every spelling", "[mac_address]") {
  std::mt19937_64 random(20240117);
  for (int i = 0; i < 1000; ++i) {
    const MacAddress address(random());
    const std::string text = address.to_string();
    REQUIRE(text.size() == 12);
    REQUIRE(std::string_view(address.text().data(), 12) == text);
    for (const std::string& spelling :
         {text, grouped(text, 2, '-'), grouped(text, 2, ':'), grouped(text, 4, '.')}) {
      CAPTURE(spelling);
      REQUIRE(MacAddress::parse(spelling) == address);
      REQUIRE(MacAddress::parse(upper(spelling)) == address);
    }
  }
}

TEST_CASE("a text with one byte changed is another address or none", "[mac_address]") {
  const std::string text = "00:04:f2:aa:bb:cc";
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[at] = static_cast<char>(byte);
      const auto address = MacAddress::parse(changed);
      const bool same = polyauth::ascii::to_lower(changed[at]) == text[at];
      CAPTURE(changed);
      REQUIRE((address == MacAddress(0x0004f2aabbcc)) == same);
    }
  }
}
