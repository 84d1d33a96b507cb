// SPDX-License-Identifier: Apache-2.0
#include "core/password_hash.hpp"
#include "support/catch.hpp"

#include <string>
#include <tuple>

using namespace polyauth;
using Scheme = HashWork::Scheme;

// Written by htpasswd 2.4 (-B -m -s -d -2 -5, -5 -r), the last three by crypt(3).
TEST_CASE("every hash that htpasswd writes is known, with the work it makes", "[hash]") {
  const auto [hash, scheme, rounds] = GENERATE(table<const char*, Scheme, std::uint32_t>({
      {"$2y$05$wpWmy742CRx/MzbyXfWhgOIRqLvHOke23CDYb/gPJuoY2NllslElW", Scheme::kBcrypt, 5},
      {"$apr1$K6fqQ8Uf$zlRyOAsgFWeRHa6PS1qrW1", Scheme::kApr1, 1000},
      {"{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", Scheme::kSha1, 1},
      {"AOKBsVoYHyquc", Scheme::kDes, 25},
      {"$5$Zemf5HnRexknHXWL$ZK99Qmir4wXRdeocIqBOTXgi0vTQrbmOhGrJRie7Hn8", Scheme::kSha256, 5000},
      {"$6$w4rYtcABco.6ghre$cuY9xzUqHG31YPLEwaH5jwzQkKgWfCd8y0QfDiM1/"
       "CU5Io/puv70PvIQLpULH21pABiHOb9NvkPPz8Y12m87M/",
       Scheme::kSha512, 5000},
      {"$6$rounds=10000$G0v.nV6celxxxz8s$4gCAjpgxt3nSZz8/pRRwiGk.o64thWpCxXSQxOiD."
       "0pEu476hX9URy167h8iawIZoULiSVZRBpP.2Bj4qu2np/",
       Scheme::kSha512, 10000},
      {"$2a$17$wpWmy742CRx/MzbyXfWhgOIRqLvHOke23CDYb/gPJuoY2NllslElW", Scheme::kBcrypt, 17},
      {"$2b$04$wpWmy742CRx/MzbyXfWhgOIRqLvHOke23CDYb/gPJuoY2NllslElW", Scheme::kBcrypt, 4},
      {"$1$K6fqQ8Uf$zlRyOAsgFWeRHa6PS1qrW1", Scheme::kMd5, 1000},
  }));
  CAPTURE(hash);
  const auto work = parse_hash(hash);
  REQUIRE(work);
  CHECK(work->scheme == scheme);
  CHECK(work->rounds == rounds);
}

TEST_CASE("anything else is no hash", "[hash]") {
  const auto* const text = GENERATE(
      "", "secret", "secret-as-it-is", "AOKBsVoYHyqu", "AOKBsVoYHyquc2", "AOKBsVoYHyqu:", "*", "!",
      "$", "$2y$", "$y$j9T$abc$def", "$apr1$", "$apr1$toolongsalt$zlRyOAsgFWeRHa6PS1qrW1",
      "$apr1$K6fqQ8Uf$zlRyOAsgFWeRHa6PS1qrW", "$apr1$K6fqQ8Uf$zlRyOAsgFWeRHa6PS1qrW12",
      "$apr1$K6fq:8Uf$zlRyOAsgFWeRHa6PS1qrW1", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ",
      "{sha}5en6G6MezRroT3XKqkdPOmY/BfQ=", "{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
      "$2y$05$wpWmy742CRx/MzbyXfWhgOIRqLvHOke23CDYb/gPJuoY2NllslEl",
      "$2y$03$wpWmy742CRx/MzbyXfWhgOIRqLvHOke23CDYb/gPJuoY2NllslElW",
      "$2y$18$wpWmy742CRx/MzbyXfWhgOIRqLvHOke23CDYb/gPJuoY2NllslElW",
      "$2y$31$wpWmy742CRx/MzbyXfWhgOIRqLvHOke23CDYb/gPJuoY2NllslElW",
      "$2x$05$wpWmy742CRx/MzbyXfWhgOIRqLvHOke23CDYb/gPJuoY2NllslElW",
      "$5$ZK99Qmir4wXRdeocIqBOTXgi0vTQrbmOhGrJRie7Hn8",
      "$5$rounds=$Zemf5HnRexknHXWL$ZK99Qmir4wXRdeocIqBOTXgi0vTQrbmOhGrJRie7Hn8",
      "$5$rounds=999$Zemf5HnRexknHXWL$ZK99Qmir4wXRdeocIqBOTXgi0vTQrbmOhGrJRie7Hn8",
      "$5$rounds=05000$Zemf5HnRexknHXWL$ZK99Qmir4wXRdeocIqBOTXgi0vTQrbmOhGrJRie7Hn8",
      "$5$rounds=9999999999$Zemf5HnRexknHXWL$ZK99Qmir4wXRdeocIqBOTXgi0vTQrbmOhGrJRie7Hn8",
      "$5$rounds=5000", "$6$Zemf5HnRexknHXWL$ZK99Qmir4wXRdeocIqBOTXgi0vTQrbmOhGrJRie7Hn8");
  CAPTURE(text);
  CHECK_FALSE(parse_hash(text));
}

TEST_CASE("hashes of about the same work are of a kind", "[hash]") {
  const auto sha = [](const char* rounds) {
    return *parse_hash("$5$rounds=" + std::string(rounds) +
                       "$Zemf5HnRexknHXWL$ZK99Qmir4wXRdeocIqBOTXgi0vTQrbmOhGrJRie7Hn8");
  };
  const auto bcrypt = [](const char* cost) {
    return *parse_hash("$2y$" + std::string(cost) +
                       "$wpWmy742CRx/MzbyXfWhgOIRqLvHOke23CDYb/gPJuoY2NllslElW");
  };
  CHECK(sha("5000").is_like(sha("8000")));
  CHECK_FALSE(sha("5000").is_like(sha("9000")));
  CHECK_FALSE(bcrypt("10").is_like(bcrypt("11")));
  CHECK_FALSE(bcrypt("05").is_like(sha("5000")));
}
