// SPDX-License-Identifier: Apache-2.0
#include "credentials/bcrypt.hpp"
#include "support/catch.hpp"

#include <string>

using namespace polyauth;

TEST_CASE("a hash is that of its password alone, each with its salt", "[bcrypt]") {
  const auto one = bcrypt_hash("s3cret", 4);
  const auto other = bcrypt_hash("s3cret", 4);
  REQUIRE(one);
  REQUIRE(other);
  CHECK(one->starts_with("$2y$04$"));
  CHECK(one->size() == 60);
  CHECK(*one != *other);
  CHECK(bcrypt_matches("s3cret", *one));
  for (const auto* const wrong : {"", "s3cre", "s3crett", "S3cret", "s3cret "})
    CHECK_FALSE(bcrypt_matches(wrong, *one));
}

// Written by "htpasswd -nbB user secret", and with $2b$ by Python's crypt.
TEST_CASE("a hash of htpasswd is understood", "[bcrypt]") {
  const std::string hash = "$2y$05$wpWmy742CRx/MzbyXfWhgOIRqLvHOke23CDYb/gPJuoY2NllslElW";
  CHECK(bcrypt_matches("secret", hash));
  CHECK_FALSE(bcrypt_matches("secreT", hash));
  std::string revision = hash;
  revision[2] = 'b';
  CHECK(bcrypt_matches("secret", revision));
}

TEST_CASE("bytes of any kind count, up to 72 of them", "[bcrypt]") {
  const std::string longest(72, 'x');
  const auto hash = bcrypt_hash(longest, 4);
  REQUIRE(hash);
  CHECK(bcrypt_matches(longest, *hash));
  // crypt() would say yes: it looks at 72 bytes and no further.
  CHECK_FALSE(bcrypt_matches(longest + 'x', *hash));
  CHECK_FALSE(bcrypt_hash(longest + 'x', 4));
  const auto odd = bcrypt_hash("p\xc3\xa4ss%:@/\xff", 4);
  REQUIRE(odd);
  CHECK(bcrypt_matches("p\xc3\xa4ss%:@/\xff", *odd));
  CHECK_FALSE(bcrypt_matches("p\xc3\xa4ss%:@/", *odd));
}

TEST_CASE("a NUL ends no password", "[bcrypt]") {
  const auto hash = bcrypt_hash("abc", 4);
  REQUIRE(hash);
  CHECK_FALSE(bcrypt_matches(std::string_view("abc\0", 4), *hash));
  CHECK_FALSE(bcrypt_matches(std::string_view("abc\0def", 7), *hash));
  CHECK_FALSE(bcrypt_hash(std::string_view("abc\0def", 7), 4));
}

TEST_CASE("an empty password and a cost out of range are refused", "[bcrypt]") {
  CHECK_FALSE(bcrypt_hash("", 4));
  CHECK_FALSE(bcrypt_hash("x", 3));
  CHECK_FALSE(bcrypt_hash("x", 18));
}

TEST_CASE("what is no bcrypt hash matches nothing", "[bcrypt]") {
  for (const auto* const hash : {"", "secret", "*0", "*1", "$2y$05$", "AOKBsVoYHyquc",
                                 "$apr1$K6fqQ8Uf$zlRyOAsgFWeRHa6PS1qrW1",
                                 "$2y$31$wpWmy742CRx/MzbyXfWhgOIRqLvHOke23CDYb/gPJuoY2NllslElW",
                                 "$2y$05$wpWmy742CRx/MzbyXfWhgOIRqLvHOke23CDYb/gPJuoY2NllslElWx"}) {
    CAPTURE(hash);
    CHECK_FALSE(bcrypt_matches("secret", hash));
  }
}
