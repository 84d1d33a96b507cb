// SPDX-License-Identifier: Apache-2.0
#include "credentials/form_token.hpp"
#include "support/catch.hpp"

using polyauth::FormKey;
using polyauth::is_form_token;
using polyauth::kFormTokenLifetime;
using polyauth::make_form_token;

namespace {
constexpr FormKey kKey = {1, 2, 3};
constexpr std::int64_t kNow = 1'795'000'000;
} // namespace

TEST_CASE("a token is good for its user, key and time", "[form_token]") {
  const std::string token = *make_form_token(kKey, "alice", kNow);
  CHECK(is_form_token(kKey, "alice", token, kNow));
  CHECK(is_form_token(kKey, "alice", token, kNow + kFormTokenLifetime));
  CHECK_FALSE(is_form_token(kKey, "alice", token, kNow + kFormTokenLifetime + 1));
  CHECK_FALSE(is_form_token(kKey, "alice", token, kNow - 1));
  CHECK_FALSE(is_form_token(kKey, "bob", token, kNow));
  CHECK_FALSE(is_form_token(kKey, "", token, kNow));
  CHECK_FALSE(is_form_token(FormKey{1, 2, 4}, "alice", token, kNow));
}

TEST_CASE("no byte of a token may differ", "[form_token]") {
  const std::string token = *make_form_token(kKey, "alice", kNow);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string other = token;
    other[i] = other[i] == '1' ? '2' : '1';
    CAPTURE(other);
    CHECK_FALSE(is_form_token(kKey, "alice", other, kNow));
  }
  CHECK_FALSE(is_form_token(kKey, "alice", token + "0", kNow));
  CHECK_FALSE(is_form_token(kKey, "alice", token.substr(0, token.size() - 1), kNow));
  CHECK_FALSE(is_form_token(kKey, "alice", "0" + token, kNow));
  CHECK_FALSE(is_form_token(kKey, "alice", " " + token, kNow));
}

TEST_CASE("what is no token at all is none", "[form_token]") {
  const auto* const token = GENERATE("", ".", "1795000000", "1795000000.", "x",
                                     "-9223372036854775808.", "9223372036854775808.00", "-1.00");
  CAPTURE(token);
  CHECK_FALSE(is_form_token(kKey, "alice", token, kNow));
}
