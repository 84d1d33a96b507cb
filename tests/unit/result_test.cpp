// SPDX-License-Identifier: Apache-2.0
#include "core/result.hpp"
#include "support/catch.hpp"

#include <memory>
#include <string>

using polyauth::Error;
using polyauth::Result;

TEST_CASE("a result is a value or the reason there is none", "[result]") {
  const Result<std::string> good(std::string("value"));
  CHECK(good);
  CHECK(*good == "value");
  CHECK(good->size() == 5);

  const Result<std::string> bad(Error{"why"});
  CHECK_FALSE(bad);
  CHECK(bad.error() == "why");
}

TEST_CASE("a value that can only be moved can be taken out of a result", "[result]") {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  const std::unique_ptr<int> taken = std::move(*result);
  CHECK(*taken == 7);
}

TEST_CASE("asking a result for what it does not hold throws", "[result]") {
  const Result<int> good(1);
  const Result<int> bad(Error{"why"});
  CHECK_THROWS(static_cast<void>(good.error()));
  CHECK_THROWS(static_cast<void>(*bad));
}
