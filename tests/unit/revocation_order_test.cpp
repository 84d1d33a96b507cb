// SPDX-License-Identifier: Apache-2.0
#include "pki/crl.hpp"
#include "support/revocations.hpp"

using namespace polyauth;
using test::CrlRecipe;
using test::first_error;
using test::has_warning;
using test::kDay;
using test::kNow;
using test::Maker;
using test::pem;

TEST_CASE("of two CRLs of one issuer the later counts", "[revocation]") {
  Maker maker;
  const CrlRecipe five{.number = 5, .this_update = kNow - 5 * kDay, .revoked = {5}};
  const CrlRecipe six{.number = 6, .this_update = kNow - 4 * kDay, .revoked = {1000}};
  const auto text = [&](const CrlRecipe& one, const CrlRecipe& two) {
    return test::crl(maker.issuing, one) + test::crl(maker.issuing, two);
  };
  SECTION("in either order, with a warning") {
    for (const std::string& each : {text(five, six), text(six, five)}) {
      CHECK(has_warning(maker.compile(each), "is the second of its issuer"));
      maker.in_force.clear();
      maker.adopt(each);
      CHECK(maker.first_revoked() == 0);
    }
  }
  SECTION("by date where a number is missing") {
    CrlRecipe without = six;
    without.number = -1;
    maker.adopt(text(five, without));
    CHECK(maker.first_revoked() == 0);
  }
  SECTION("unless number and date contradict") {
    CrlRecipe odd = six;
    odd.this_update = kNow - 6 * kDay;
    CHECK(first_error(maker.compile(text(five, odd)))
              .find("cannot tell which is later, number 6 "
                    "of 2025-12-26T00:00:00Z here or number "
                    "5 of 2025-12-27T00:00:00Z in line 1") != std::string::npos);
  }
  SECTION("unless both are the same in number and date only") {
    CrlRecipe other = five;
    other.revoked = {6};
    CHECK(first_error(maker.compile(text(five, other))).find("cannot tell which is later") !=
          std::string::npos);
  }
  SECTION("a copy is warned of") {
    const std::string once = test::crl(maker.issuing, five);
    CHECK(has_warning(maker.compile(once + once), "stands in line 1 already"));
  }
}

TEST_CASE("a CRL older than the one in force is never taken", "[revocation]") {
  Maker maker;
  const auto text = [&](long number, std::int64_t days_ago) {
    return test::crl(maker.issuing, {.number = number, .this_update = kNow - days_ago * kDay});
  };
  maker.adopt(text(6, 4));
  CHECK(first_error(maker.compile(text(5, 5))) ==
        "1: CRL 1 (CN=Issuing): number 5 of 2025-12-27T00:00:00Z is older than number 6 of "
        "2025-12-28T00:00:00Z in force; never taken back while the server runs");
  CHECK(first_error(maker.compile(text(5, 3))).find("one cannot tell") != std::string::npos);
  CHECK(first_error(maker.compile(text(7, 5))).find("one cannot tell") != std::string::npos);
  CHECK(first_error(maker.compile(text(-1, 5))).find("is older than") != std::string::npos);
  CHECK(maker.compile(text(6, 4)).error_count == 0);
  CHECK(maker.compile(text(7, 4)).error_count == 0);
  CHECK(maker.compile(text(6, 3)).error_count == 0);
  // Where nothing is in force, or what is there is damaged, any will do.
  maker.in_force.back() ^= std::byte{1};
  CHECK(maker.compile(text(5, 5)).error_count == 0);
}

TEST_CASE("a large number is compared as a number", "[revocation]") {
  const auto version = [](const char* magnitude) {
    return CrlVersion{std::string(1, '\0') + magnitude, 0};
  };
  CHECK(compare(version("\1\1"), version("\2")) == CrlOrder::kLater);
  CHECK(compare(version("\2"), version("\1\1")) == CrlOrder::kEarlier);
  CHECK(compare(version("\xff"), version("\1")) == CrlOrder::kLater);
  CHECK(compare(version("\2"), version("\2")) == CrlOrder::kSame);
  CHECK(version_text(version("\1\1")) == "number 257 of 1970-01-01T00:00:00Z");
  CHECK(version_text({std::nullopt, 0}) == "the one of 1970-01-01T00:00:00Z");
}

TEST_CASE("a CRL that is left out stays in force as long as its CA is trusted", "[revocation]") {
  Maker maker;
  maker.adopt(maker.good({1000}, {77}));
  const std::string only_root = test::crl(maker.root, {.number = 2, .revoked = {77, 78}});
  const Compilation compilation = maker.compile(only_root);
  CHECK(has_warning(compilation, "there is no CRL of CN=Issuing any more; number 1 of "
                                 "2025-12-31T00:00:00Z in force is kept"));
  CHECK(compilation.summary == "crls=2 revoked=3");
  maker.adopt(only_root);
  CHECK(maker.first_revoked() == 0);
  // And once more, from the image that it was carried into.
  maker.adopt(only_root);
  CHECK(maker.first_revoked() == 0);

  const std::vector<std::byte> root_only = test::compile_trust(pem({&maker.root})).image;
  CHECK(kRevocationFormat.compile(only_root, {{root_only}, maker.in_force, kNow}).summary ==
        "crls=1 revoked=2");
}
