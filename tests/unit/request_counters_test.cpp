// SPDX-License-Identifier: Apache-2.0
#include "io/request_counters.hpp"
#include "support/catch.hpp"

#include <memory>
#include <thread>
#include <vector>

using namespace polyauth;

namespace {

constexpr std::int64_t kNow = 1'700'000'000;

std::uint64_t sum(const std::vector<RequestCounters::Period>& periods, Outcome outcome) {
  std::uint64_t all = 0;
  for (const auto& period : periods) all += period.of(outcome);
  return all;
}

} // namespace

TEST_CASE("what is counted stands under its reason, minute and hour", "[request_counters]") {
  RequestCounters counters{};
  counters.count(Reason::kOwnFile, Outcome::kGranted, kNow);
  counters.count(Reason::kOwnFile, Outcome::kGranted, kNow);
  counters.count(Reason::kMacForeign, Outcome::kRefused, kNow);
  counters.count(Reason::kMacForeign, Outcome::kWouldDeny, kNow);
  CHECK(counters.total(Reason::kOwnFile, Outcome::kGranted) == 2);
  CHECK(counters.total(Reason::kMacForeign, Outcome::kRefused) == 1);
  CHECK(counters.total(Reason::kMacForeign, Outcome::kWouldDeny) == 1);
  CHECK(counters.total(Reason::kMacForeign, Outcome::kGranted) == 0);
  for (const auto& periods : {counters.minutes(kNow), counters.hours(kNow)}) {
    CHECK(periods.back().of(Outcome::kGranted) == 2);
    CHECK(periods.back().of(Outcome::kRefused) == 1);
    CHECK(sum(periods, Outcome::kGranted) == 2);
  }
}

TEST_CASE("periods are complete, in order, and end with now", "[request_counters]") {
  const RequestCounters counters{};
  const auto minutes = counters.minutes(kNow);
  REQUIRE(minutes.size() == 60);
  CHECK(minutes.back().from == kNow / 60 * 60);
  CHECK(minutes.front().from == minutes.back().from - 59 * 60);
  const auto hours = counters.hours(kNow);
  REQUIRE(hours.size() == 14 * 24);
  CHECK(hours.front().from == hours.back().from - (14 * 24 - 1) * 3600);
}

TEST_CASE("what is a lap old is forgotten, in all it stays", "[request_counters]") {
  RequestCounters counters{};
  counters.count(Reason::kDevice, Outcome::kGranted, kNow);
  CHECK(sum(counters.minutes(kNow + 59 * 60), Outcome::kGranted) == 1);
  CHECK(sum(counters.minutes(kNow + 60 * 60), Outcome::kGranted) == 0);
  CHECK(sum(counters.hours(kNow + 60 * 60), Outcome::kGranted) == 1);
  CHECK(sum(counters.hours(kNow + 14 * 86400), Outcome::kGranted) == 0);
  counters.count(Reason::kDevice, Outcome::kGranted, kNow + 60 * 60);
  CHECK(counters.minutes(kNow + 60 * 60).back().of(Outcome::kGranted) == 1);
  CHECK(counters.total(Reason::kDevice, Outcome::kGranted) == 2);
}

TEST_CASE("a clock that is set back loses nothing in all", "[request_counters]") {
  RequestCounters counters{};
  counters.count(Reason::kDevice, Outcome::kGranted, kNow);
  counters.count(Reason::kDevice, Outcome::kGranted, kNow - 3600);
  CHECK(counters.total(Reason::kDevice, Outcome::kGranted) == 2);
  CHECK(counters.minutes(kNow - 3600).back().of(Outcome::kGranted) == 1);
}

TEST_CASE("many at once are all counted", "[request_counters]") {
  const auto counters = std::make_unique<RequestCounters>();
  constexpr int kThreads = 4;
  constexpr int kEach = 20'000;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      // Each crosses from one minute into the next.
      for (int n = 0; n < kEach; ++n)
        counters->count(Reason::kDevice, Outcome::kGranted, kNow + n * 60 / kEach);
    });
  for (auto& thread : threads) thread.join();
  CHECK(counters->total(Reason::kDevice, Outcome::kGranted) == kThreads * kEach);
  CHECK(sum(counters->minutes(kNow + 60), Outcome::kGranted) == kThreads * kEach);
  CHECK(sum(counters->hours(kNow + 60), Outcome::kGranted) == kThreads * kEach);
}
