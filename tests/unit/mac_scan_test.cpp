// SPDX-License-Identifier: Apache-2.0
#include "core/mac_scan.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <random>
#include <string>
#include <vector>

using namespace polyauth;
using polyauth::test::mac;

namespace {

// The addresses of a text in order; '?' behind one that has several readings.
std::string macs_in(std::string_view text) {
  std::string found;
  std::size_t from = 0;
  while (const auto sighting = next_mac(text, from, std::nullopt)) {
    if (!found.empty()) found += ' ';
    found += sighting->address.to_string() + (sighting->several ? "?" : "");
    from = sighting->end;
  }
  return found;
}

std::string digits_of(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (ascii::is_hex(c)) digits += ascii::to_lower(c);
  return digits;
}

// "own", "foreign", "own and foreign" or "none".
std::string to(std::string_view own, std::string_view text) {
  const MacsInText found = find_macs(text, mac(own));
  if (found.own && found.foreign) return "own and foreign";
  return found.own ? "own" : found.foreign ? "foreign" : "none";
}

} // namespace

TEST_CASE("a MAC stands in a text in four spellings", "[mac_scan]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"0004f2aabbcc", "0004f2aabbcc"},
      {"/0004F2AABBCC.cfg", "0004f2aabbcc"},
      {"/00-04-f2-aa-bb-cc.cfg", "0004f2aabbcc"},
      {"/00:04:F2:AA:BB:CC.cfg", "0004f2aabbcc"},
      {"/0004.f2aa.bbcc.cfg", "0004f2aabbcc"},
      {"/0004f2aabbcc/0004f2aabbcd.cfg", "0004f2aabbcc 0004f2aabbcd"},
      {"mac=0004f2aabbcc&x=64167f010203", "0004f2aabbcc 64167f010203"},
      {"0004f2aabbcc-app.log", "0004f2aabbcc"},
      {"0004f2aabbcc_reg.cfg", "0004f2aabbcc"},
      {"y000000000065.cfg", "000000000065"},
  }));
  CAPTURE(text);
  CHECK(macs_in(text) == expected);
}

TEST_CASE("the nearest thing to a MAC is none", "[mac_scan]") {
  const std::string text = GENERATE(
      // too few or too many digits
      "", "/", "0004f2aabbc", "0004f2aabbccd", "/0004f2aabbcc0/", "00004f2aabbcc",
      "0004f2aabbcc0004f2aabbcc", "f0004f2aabbcc",
      // letters a-f that no word continues or begins
      "-e0004f2aabbcc", "0004f2aabbccd-", "0004f2aabbccd1", "1e0004f2aabbcc", "0004f2aabbccd.cfg",
      // a digit between the word and the twelve
      "phone10004f2aabbcc1", "0004f2aabbcc1directory",
      // groups of another size or kind
      "00-04-f2-aa-bb", "00-04-f2-aa-bb-c", "00_04_f2_aa_bb_cc", "00.04.f2.aa.bb.cc",
      "0004-f2aa-bbcc", "0004:f2aa:bbcc", "00:04:f2-aa:bb:cc", "0004.f2aa",
      // a further group of its own kind
      "00-04-f2-aa-bb-cc-dd", "00:04:f2:aa:bb:cc:dd:ee", "0004.f2aa.bbcc.ddee",
      "/00-04-f2-aa-bb-cc-dd.cfg",
      // digits that touch the groups
      "100-04-f2-aa-bb-cc", "00-04-f2-aa-bb-cc0", "00004.f2aa.bbcc", "0004.f2aa.bbcc1",
      // others
      "2345-12600-001.sip.ld", "0004f2-aabbcc", "0004f2 aabbcc", "O004f2aabbcc", "common.cfg");
  CAPTURE(text);
  CHECK(macs_in(text).empty());
}

TEST_CASE("the last group of a UUID is no MAC", "[mac_scan]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"123e4567-e89b-12d3-a456-0004f2aabbcc", ""},
      {"/x/123E4567-E89B-12D3-A456-0004F2AABBCC.cfg", ""},
      {"x123e4567-e89b-12d3-a456-0004f2aabbcc", ""},
      // nearly a UUID
      {"23e4567-e89b-12d3-a456-0004f2aabbcc", "0004f2aabbcc"},
      {"0123e4567-e89b-12d3-a456-0004f2aabbcc", "0004f2aabbcc"},
      {"123e4567-e89b-12d3-g456-0004f2aabbcc", "0004f2aabbcc"},
      {"123e4567_e89b-12d3-a456-0004f2aabbcc", "0004f2aabbcc"},
      {"123e4567-e89b-12d3-a456/0004f2aabbcc", "0004f2aabbcc"},
      {"123e4567-e89b-12d3a-456-0004f2aabbcc", "0004f2aabbcc"},
      // what follows one is looked at
      {"123e4567-e89b-12d3-a456-0004f2aabbcc/64167f010203", "64167f010203"},
  }));
  CAPTURE(text);
  CHECK(macs_in(text) == expected);
}

TEST_CASE("letters of a word beside a MAC are taken off", "[mac_scan]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"phone0004f2aabbcc.cfg", "0004f2aabbcc"},
      {"ATA0004F2AABBCC.cnf.xml", "0004f2aabbcc"},
      {"0004f2aabbccdirectory.xml", "0004f2aabbcc"},
      {"0004f2aabbccfeatures.xml", "0004f2aabbcc"},
      {"voiceface0004f2aabbcc", "0004f2aabbcc"},
      {"interface0004f2aabbccbeef_x", ""}, // '_' begins no word
      {"interface0004f2aabbccbeefs", "face0004f2aa?"},
      {"phoneabcdef012345.cfg", "abcdef012345"},
      {"012345abcdefabcdefabcdefg", "012345abcdef"}, // all that is left is the word's
      {"012345abcdefdir.cfg", "012345abcdef"},
      // letters of the address itself may be those of the word
      {"phoneabcdefabcdefdir", "eabcdefabcde?"},
  }));
  CAPTURE(text);
  CHECK(macs_in(text) == expected);
}

TEST_CASE("of several readings the own one counts", "[mac_scan]") {
  // A run of fourteen between two words: three ways to read it.
  const std::string text = "phoneabcdefabcdefdir";
  CHECK(to("eabcdefabcde", text) == "own");
  CHECK(to("abcdefabcdef", text) == "own");
  CHECK(to("bcdefabcdefd", text) == "own");
  CHECK(to("0004f2aabbcc", text) == "foreign");
  CHECK(to("0004f2aabbcc", "interface0004f2aabbccbeefs") == "own");
  const auto own = next_mac(text, 0, mac("abcdefabcdef"));
  REQUIRE(own);
  CHECK(own->several);
  CHECK(text.substr(own->begin, own->end - own->begin) == "abcdefabcdef");
}

TEST_CASE("a separated MAC may touch the letters of a word", "[mac_scan]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"phone00-04-f2-aa-bb-cc.cfg", "0004f2aabbcc"},
      {"hipve-12-34-56-78-90-12.xml", "123456789012"},
      {"cafe-12-34-56-78-90-12.xml", "123456789012"},
      {"see-12-34-56-78-90-12.xml", "123456789012"},
      {"00:04:f2:aa:bb:ccdirectory", "0004f2aabbcc"},
      {"phone0004.f2aa.bbccdirectory", "0004f2aabbcc"},
      {"0004.f2aa.bbcc.cfg", "0004f2aabbcc"},
      {"0004f2aabbcc-64-16-7f-01-02-03", "0004f2aabbcc 64167f010203"},
  }));
  CAPTURE(text);
  CHECK(macs_in(text) == expected);
}

TEST_CASE("what the addresses of a text are to a device", "[mac_scan]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"/common.cfg", "none"},
      {"/0004f2aabbcc.cfg", "own"},
      {"/0004F2AABBCC/00-04-f2-aa-bb-cc.log", "own"},
      {"/0004f2aabbcd.cfg", "foreign"},
      {"/0004f2aabbcc/0004f2aabbcd.cfg", "own and foreign"},
      {"/0004f2aabbcd/0004f2aabbcc.cfg", "own and foreign"},
      {"/000000000000.cfg", "foreign"},
      {"/y000000000065.cfg", "foreign"},
  }));
  CAPTURE(text);
  CHECK(to("0004f2aabbcc", text) == expected);
}

TEST_CASE("the first foreign address is the one reported", "[mac_scan]") {
  const auto found = find_macs("/0004f2aabbcc/64167f000001/64167f000002", mac("0004f2aabbcc"));
  CHECK(found.own);
  CHECK(found.foreign == mac("64167f000001"));
}

TEST_CASE("a placeholder is foreign even to the device that would carry it", "[mac_scan]") {
  CHECK(to("000000000000", "/000000000000.cfg") == "foreign");
  CHECK(to("000000000065", "/y000000000065.cfg") == "foreign");
  CHECK(to("000000000100", "/000000000100.cfg") == "own");
}

TEST_CASE("a text never yields a MAC whose digits do not stand in it", "[mac_scan]") {
  const std::vector<std::string> pieces = {"0004f2aabbcc",
                                           "64167FABCDEF",
                                           "00-04-f2-aa-bb-cc",
                                           "00:04:f2:aa:bb",
                                           "0004.f2aa.bbcc",
                                           "aa",
                                           "-",
                                           ":",
                                           ".",
                                           "/",
                                           "_",
                                           "phone",
                                           "directory",
                                           "cafe",
                                           "1",
                                           "123e4567-e89b-12d3-a456-",
                                           "\xc3\xa4"};
  std::mt19937_64 random(7);
  unsigned sightings = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (auto count = random() % 7; count > 0; --count) text += pieces[random() % pieces.size()];
    if (!text.empty() && random() % 2 == 0) text.erase(random() % text.size(), 1);
    const std::optional<MacAddress> own = MacAddress(random());
    std::size_t from = 0;
    while (const auto sighting = next_mac(text, from, own)) {
      ++sightings;
      CAPTURE(text, from);
      REQUIRE(sighting->begin >= from);
      REQUIRE(sighting->end <= text.size());
      const std::string spelling = text.substr(sighting->begin, sighting->end - sighting->begin);
      REQUIRE(MacAddress::parse(spelling) == sighting->address);
      REQUIRE(digits_of(spelling) == sighting->address.to_string());
      from = sighting->end;
    }
  }
  CHECK(sightings > 1000);
}

TEST_CASE("a MAC between slashes is found whatever stands around it", "[mac_scan]") {
  constexpr std::string_view kAlphabet = "0123456789abcdef-:._/gPhone";
  std::mt19937_64 random(8);
  const auto noise = [&] {
    std::string text;
    for (auto length = random() % 30; length > 0; --length)
      text += kAlphabet[random() % kAlphabet.size()];
    return text;
  };
  for (int i = 0; i < 5000; ++i) {
    const MacAddress address(random() | 0x020000000000U);
    const std::string text = noise() + '/' + address.to_string() + '/' + noise();
    CAPTURE(text);
    REQUIRE(find_macs(text, address).own);
    REQUIRE(find_macs(text, MacAddress(address.bits() ^ 1)).foreign);
  }
}
