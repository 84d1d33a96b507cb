// SPDX-License-Identifier: Apache-2.0
#include "credentials/one_time_tag.hpp"
#include "support/catch.hpp"

#include <set>

using namespace polyauth;

TEST_CASE("a tag is that of one code beside one hash, and short", "[credentials]") {
  constexpr std::string_view kHash = "$2y$10$abcdefghijklmnopqrstuu";
  const OneTimeCode code = OneTimeCode::from_digits(123'456'789'012);
  CHECK(one_time_tag(kHash, code) ==
        one_time_tag(kHash, OneTimeCode::from_digits(123'456'789'012)));
  CHECK(one_time_tag(kHash, code) != one_time_tag("$2y$10$another", code));
  std::set<int> tags;
  for (std::uint64_t n = 0; n < 1000; ++n)
    tags.insert(one_time_tag(kHash, OneTimeCode::from_digits(n)));
  CHECK(tags.size() > 950);
  CHECK(*tags.begin() >= 0);
  CHECK(*tags.rbegin() <= 0xffff);
}
