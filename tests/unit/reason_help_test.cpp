// SPDX-License-Identifier: Apache-2.0
#include "core/reason_help.hpp"
#include "support/catch.hpp"

#include <string>

using namespace polyauth;

TEST_CASE("every reason is explained, and every refusal says what to do", "[decision]") {
  for (std::size_t i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    CAPTURE(std::string(slug(reason)));
    CHECK(reason_help(reason).meaning.ends_with('.'));
    CHECK(reason_help(reason).action.empty() == is_granted(reason));
  }
}
