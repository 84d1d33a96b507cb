// SPDX-License-Identifier: Apache-2.0
#include "pki/openssl.hpp"
#include "pki/serial.hpp"
#include "support/catch.hpp"

using namespace polyauth;

namespace {

// From the DER of an INTEGER.
std::string serial(std::initializer_list<unsigned char> der) {
  const std::vector<unsigned char> bytes(der);
  const unsigned char* at = bytes.data();
  const IntegerPtr number(d2i_ASN1_INTEGER(nullptr, &at, static_cast<long>(bytes.size())));
  REQUIRE(number);
  return serial_of(number.get());
}

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

} // namespace

TEST_CASE("a serial is a sign and a magnitude without leading zeros", "[serial]") {
  CHECK(serial({2, 1, 0}) == bytes({0}));
  CHECK(serial({2, 1, 1}) == bytes({0, 1}));
  CHECK(serial({2, 2, 0, 0x80}) == bytes({0, 0x80}));
  CHECK(serial({2, 2, 1, 0}) == bytes({0, 1, 0}));
  CHECK(serial({2, 1, 0xff}) == bytes({1, 1}));
  CHECK(serial({2, 1, 0x80}) == bytes({1, 0x80}));
}

TEST_CASE("a number that was not read but set is the same", "[serial]") {
  const IntegerPtr number(ASN1_INTEGER_new());
  CHECK(serial_of(number.get()) == bytes({0}));
  REQUIRE(ASN1_INTEGER_set(number.get(), -256) == 1);
  CHECK(serial_of(number.get()) == bytes({1, 1, 0}));
}
