// SPDX-License-Identifier: Apache-2.0
#include "core/query_parameter.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <string>

using polyauth::query_parameter_is;
using polyauth::test::mac;

TEST_CASE("the one parameter of that name is the device's MAC", "[query_parameter]") {
  const std::string query = GENERATE(
      "mac=0004f2aabbcc", "mac=0004F2AABBCC", "mac=00-04-f2-aa-bb-cc", "mac=00:04:f2:aa:bb:cc",
      "mac=00%3A04%3af2%3aaa%3abb%3acc", "mac=0004.f2aa.bbcc", "mac=%3000%34f2aabbcc",
      "MAC=0004f2aabbcc", "Mac=0004f2aabbcc", "m%61c=0004f2aabbcc", "a=b&mac=0004f2aabbcc",
      "mac=0004f2aabbcc&a=b", "a=b;mac=0004f2aabbcc", "&&mac=0004f2aabbcc&", "a&mac=0004f2aabbcc",
      "a=b=c&mac=0004f2aabbcc", "file_name=x&if-none=1&mac=0004f2aabbcc", "macs=1&mac=0004f2aabbcc",
      "x=0004f2aabbcd&mac=0004f2aabbcc"); // that one is the business of question 12
  CAPTURE(query);
  CHECK(query_parameter_is(query, "mac", mac("0004f2aabbcc")));
}

TEST_CASE("a query that two readers understand in two ways is not the device's",
          "[query_parameter]") {
  const std::string query = GENERATE(
      // not there, empty, another one's, not exactly a MAC
      "", "mac", "mac=", "amac=0004f2aabbcc", "0004f2aabbcc", "x=0004f2aabbcc", "mac=0004f2aabbcd",
      "mac=0004f2aabbcc0", "mac=0004f2aabbc", "mac= 0004f2aabbcc", "mac=+0004f2aabbcc",
      "mac=0004f2aabbcc.cfg", "mac=0004f2aabbcc%00", "mac=0004f2aabbcc=", "mac==0004f2aabbcc",
      "mac=%250004f2aabbcc",
      // twice, in whatever disguise
      "mac=0004f2aabbcc&mac=0004f2aabbcc", "mac=0004f2aabbcd&mac=0004f2aabbcc",
      "mac=0004f2aabbcc&mac=0004f2aabbcd", "mac=0004f2aabbcc&MAC=x", "mac=0004f2aabbcc&m%61c=x",
      "mac=0004f2aabbcc;mac=x", "mac=0004f2aabbcc&mac",
      // a name that some application takes for this one
      "mac=0004f2aabbcc&mac[]=x", "mac[]=0004f2aabbcc", "mac=0004f2aabbcc&mac%5b%5d=x",
      "mac=0004f2aabbcc&mac%00=x", "mac=0004f2aabbcc& mac=x", "mac=0004f2aabbcc&+mac=x",
      "mac=0004f2aabbcc&mac.x=x", "mac=0004f2aabbcc&=x", "mac=0004f2aabbcc&\xc3\xa4=x",
      "mac=0004f2aabbcc&a%3Dmac=x", "mac=0004f2aabbcc&%25=x");
  CAPTURE(query);
  CHECK_FALSE(query_parameter_is(query, "mac", mac("0004f2aabbcc")));
}

TEST_CASE("the name of the setting may be written in any case", "[query_parameter]") {
  CHECK(query_parameter_is("deviceid=0004f2aabbcc", "deviceId", mac("0004f2aabbcc")));
}
