// SPDX-License-Identifier: Apache-2.0
#include "pki/verdict_cache.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <thread>
#include <vector>

using namespace polyauth;

namespace {

std::shared_ptr<const Verdict> verdict(std::int64_t since, std::int64_t until) {
  auto made = std::make_shared<Verdict>();
  made->holds_since = since;
  made->holds_until = until;
  return made;
}

} // namespace

TEST_CASE("a verdict is found for as long as it holds", "[verdict_cache]") {
  VerdictCache cache;
  CHECK(cache.find("a", 5) == nullptr);
  const auto known = verdict(1, 9);
  cache.remember("a", known);
  CHECK(cache.find("a", 0) == nullptr);
  CHECK(cache.find("a", 1) == known);
  CHECK(cache.find("a", 9) == known);
  CHECK(cache.find("a", 10) == nullptr);
  CHECK(cache.find("b", 5) == nullptr);
}

TEST_CASE("the later verdict counts, in whichever half the former one is", "[verdict_cache]") {
  VerdictCache cache;
  cache.remember("a", verdict(1, 9));
  SECTION("in the younger") {}
  SECTION("in the older") {
    for (std::size_t i = 0; i < PublishedTrust::kMaxVerdicts / 2; ++i)
      cache.remember(std::to_string(i), verdict(1, 9));
  }
  const auto later = verdict(10, 19);
  cache.remember("a", later);
  CHECK(cache.find("a", 5) == nullptr);
  CHECK(cache.find("a", 10) == later);
}

TEST_CASE("threads that fill it over and over find what belongs to the key", "[verdict_cache]") {
  VerdictCache cache;
  constexpr int kThreads = 4;
  // Twice as many as there is room for.
  constexpr std::int64_t kKeys = std::int64_t{2} * PublishedTrust::kMaxVerdicts;
  std::atomic<int> wrong = 0;
  std::atomic<int> found = 0;
  std::vector<std::thread> threads;
  for (std::int64_t thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&, thread] {
      for (std::int64_t i = 0; i < 2 * kKeys; ++i) {
        // Key n holds at second n alone. One is asked for all the time.
        const std::int64_t n = i % 8 == 0 ? 0 : (i + thread * kKeys / kThreads) % kKeys;
        if (const auto known = cache.find(std::to_string(n), n)) {
          ++found;
          if (known->holds_since != n) ++wrong;
        } else {
          cache.remember(std::to_string(n), verdict(n, n));
        }
        if (cache.size() > PublishedTrust::kMaxVerdicts) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(found > 0);
}
