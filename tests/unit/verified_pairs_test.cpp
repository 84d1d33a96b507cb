// SPDX-License-Identifier: Apache-2.0
#include "credentials/verified_pairs.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <limits>
#include <thread>
#include <vector>

using namespace polyauth;

namespace {

std::unique_ptr<VerifiedPairs> pairs(std::size_t most = 8) {
  auto created = VerifiedPairs::create(most, 60);
  REQUIRE(created);
  return std::move(*created);
}

} // namespace

TEST_CASE("a pair is remembered for its time and no longer", "[verified]") {
  const auto known = pairs();
  const auto pair = known->digest_of("phone", "secret");
  CHECK_FALSE(known->find(pair, 1000));
  known->remember(pair, 7, 1000);
  CHECK(known->find(pair, 1000) == 7);
  CHECK(known->find(pair, 1059) == 7);
  CHECK_FALSE(known->find(pair, 1060));
  CHECK(known->size() == 0);
}

TEST_CASE("looking at a pair does not make it last longer", "[verified]") {
  const auto known = pairs();
  const auto pair = known->digest_of("phone", "secret");
  known->remember(pair, 7, 1000);
  for (std::int64_t now = 1000; now < 1060; ++now) CHECK(known->find(pair, now));
  CHECK_FALSE(known->find(pair, 1060));
}

TEST_CASE("a clock that is set back makes a pair be verified again", "[verified]") {
  const auto known = pairs();
  const auto pair = known->digest_of("phone", "secret");
  known->remember(pair, 7, 1000);
  CHECK_FALSE(known->find(pair, 999));
  CHECK_FALSE(known->find(pair, std::numeric_limits<std::int64_t>::min()));
}

TEST_CASE("pairs that put together are the same text are not the same pair", "[verified]") {
  const auto known = pairs();
  CHECK(known->digest_of("phone", "secret") == known->digest_of("phone", "secret"));
  CHECK(known->digest_of("phones", "ecret") != known->digest_of("phone", "secret"));
  CHECK(known->digest_of("1:a", "b") != known->digest_of("1", ":ab"));
  CHECK(known->digest_of("", "phonesecret") != known->digest_of("phonesecret", ""));
}

TEST_CASE("each object has a key of its own", "[verified]") {
  CHECK(pairs()->digest_of("phone", "secret") != pairs()->digest_of("phone", "secret"));
}

TEST_CASE("no more pairs are kept than there is room for", "[verified]") {
  const auto known = pairs(8);
  for (std::uint32_t i = 0; i < 100; ++i) {
    known->remember(known->digest_of("phone", std::to_string(i)), i, 1000);
    CHECK(known->size() <= 8);
    CHECK(known->find(known->digest_of("phone", std::to_string(i)), 1000) == i);
  }
  CHECK_FALSE(known->find(known->digest_of("phone", "0"), 1000));
}

TEST_CASE("threads that fill it over and over find the line of the pair", "[verified]") {
  constexpr std::size_t kRoom = 32;
  constexpr std::uint32_t kPairs = 64;
  const auto known = pairs(kRoom);
  std::vector<VerifiedPairs::Digest> digests;
  for (std::uint32_t line = 0; line < kPairs; ++line)
    digests.push_back(known->digest_of("phone", std::to_string(line)));
  std::atomic<int> wrong = 0;
  std::atomic<int> found = 0;
  std::vector<std::thread> threads;
  for (std::uint32_t thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (std::uint32_t i = 0; i < 20'000; ++i) {
        // Each pair is remembered anew when its time is over.
        const std::uint32_t line = i % 4 == 0 ? 0 : (i + thread) % kPairs;
        const std::int64_t now = 1000 + i / 50;
        if (const auto at = known->find(digests[line], now)) {
          ++found;
          if (*at != line) ++wrong;
        } else {
          known->remember(digests[line], line, now);
        }
        if (known->size() > kRoom) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(found > 0);
}
