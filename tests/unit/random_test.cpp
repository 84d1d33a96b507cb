// SPDX-License-Identifier: Apache-2.0
#include "credentials/random.hpp"
#include "support/catch.hpp"

#include <array>
#include <limits>
#include <set>

using namespace polyauth;

TEST_CASE("numbers stay below their bound and reach all of it", "[random]") {
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto number = random_below(10);
    REQUIRE(number);
    seen.insert(*number);
  }
  // One of ten missing in a thousand: once in 10^44 runs.
  CHECK(seen.size() == 10);
  CHECK(*seen.rbegin() == 9);
  CHECK(*random_below(1) == 0);
  CHECK(random_below(std::numeric_limits<std::uint64_t>::max()));
}

TEST_CASE("random bytes are not twice the same", "[random]") {
  std::array<unsigned char, 32> one{};
  std::array<unsigned char, 32> other{};
  REQUIRE(fill_random(one));
  REQUIRE(fill_random(other));
  CHECK(one != other);
}
