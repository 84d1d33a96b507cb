// SPDX-License-Identifier: Apache-2.0
#include "state/login_queue.hpp"
#include "support/catch.hpp"

#include <set>
#include <thread>

using namespace polyauth;
using Login = LoginQueue::Login;

namespace {

constexpr std::int64_t kNow = 1'700'000'000;
constexpr MacAddress kDevice(0x0004f2aaaaaa);

Login login(std::int64_t at) { return {{kDevice, "label", at, 0}, true}; }

void fill(LoginQueue& queue, std::int64_t from, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) queue.add(login(from + static_cast<std::int64_t>(i)));
}

} // namespace

TEST_CASE("a login is news once an hour, for each device and label", "[login_queue]") {
  LoginQueue queue;
  CHECK(queue.is_news(kDevice, "a", kNow));
  CHECK_FALSE(queue.is_news(kDevice, "a", kNow));
  CHECK_FALSE(queue.is_news(kDevice, "a", kNow + LoginQueue::kInterval - 1));
  CHECK(queue.is_news(kDevice, "a", kNow + LoginQueue::kInterval));
  CHECK(queue.is_news(kDevice, "b", kNow));
  CHECK(queue.is_news(MacAddress(0x0004f2bbbbbb), "a", kNow));
  // A clock that was set back.
  CHECK(queue.is_news(kDevice, "b", kNow - 1));
}

TEST_CASE("what is known is bounded, and forgotten rather than refused", "[login_queue]") {
  LoginQueue queue;
  for (std::size_t i = 0; i <= LoginQueue::kMostKnown; ++i)
    REQUIRE(queue.is_news(MacAddress(i), "a", kNow));
  CHECK(queue.is_news(MacAddress(0), "a", kNow));
  CHECK_FALSE(queue.is_news(MacAddress(0), "a", kNow));
}

TEST_CASE("who waits is taken once, in order", "[login_queue]") {
  LoginQueue queue;
  CHECK(queue.take().empty());
  fill(queue, 1, 3);
  const auto taken = queue.take();
  REQUIRE(taken.size() == 3);
  CHECK(taken.front().sighting.at == 1);
  CHECK(taken.back().sighting.at == 3);
  CHECK(queue.take().empty());
  CHECK(queue.take_lost() == 0);
}

TEST_CASE("so many wait and no more; the lost are told once", "[login_queue]") {
  LoginQueue queue;
  fill(queue, 1, LoginQueue::kMostWaiting + 5);
  CHECK(queue.take_lost() == 5);
  CHECK(queue.take_lost() == 0);
  CHECK(queue.take().size() == LoginQueue::kMostWaiting);
}

TEST_CASE("what is put back comes first, and its oldest give way", "[login_queue]") {
  LoginQueue queue;
  fill(queue, 1, LoginQueue::kMostWaiting);
  auto taken = queue.take();
  fill(queue, 10'000, 10);
  queue.put_back(std::move(taken));
  CHECK(queue.take_lost() == 10);
  taken = queue.take();
  REQUIRE(taken.size() == LoginQueue::kMostWaiting);
  CHECK(taken.front().sighting.at == 11);
  CHECK(taken.back().sighting.at == 10'009);
}

TEST_CASE("nothing is put back where there is no room", "[login_queue]") {
  LoginQueue queue;
  fill(queue, 1, 2);
  auto taken = queue.take();
  fill(queue, 10, LoginQueue::kMostWaiting);
  queue.put_back(std::move(taken));
  CHECK(queue.take_lost() == 2);
  CHECK(queue.take().front().sighting.at == 10);
}

TEST_CASE("of many threads each login is taken or told to be lost", "[login_queue]") {
  LoginQueue queue;
  constexpr std::int64_t kThreads = 4;
  constexpr std::int64_t kEach = 20'000;
  std::set<std::int64_t> taken;
  std::vector<std::thread> threads;
  for (std::int64_t thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&queue, thread] {
      for (std::int64_t i = 0; i < kEach; ++i)
        if (queue.is_news(MacAddress(static_cast<std::uint64_t>(i)), "a", kNow))
          queue.add(login(thread * kEach + i));
    });
  std::size_t count = 0;
  // As the watchdog does: some of what it took cannot be written.
  const auto take = [&](bool in_vain) {
    auto logins = queue.take();
    if (in_vain) return queue.put_back(std::move(logins));
    count += logins.size();
    for (const Login& each : logins) taken.insert(each.sighting.at);
  };
  for (int round = 0; round < 100; ++round) take(round % 2 == 0);
  for (std::thread& thread : threads) thread.join();
  take(false);
  // Each device is news to one thread.
  CHECK(count + queue.take_lost() == kEach);
  CHECK(taken.size() == count);
}
