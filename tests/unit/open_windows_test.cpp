// SPDX-License-Identifier: Apache-2.0
#include "apache/state/open_windows.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include <memory>
#include <thread>
#include <vector>

using namespace polyauth;
using apache::OpenWindows;

namespace {

std::unique_ptr<OpenWindows, void (*)(OpenWindows*) noexcept> make() {
  OpenWindows* const windows = OpenWindows::create();
  REQUIRE(windows != nullptr);
  return {windows, OpenWindows::close};
}

} // namespace

TEST_CASE("a device is taken once, in whatever process it was added", "[windows]") {
  const auto windows = make();
  const MacAddress device(0x0004f2aaaaaa);
  CHECK_FALSE(windows->take(device));
  CHECK(test::in_process([&] { return windows->add(device), 0; }) == 0);
  windows->add(device);
  CHECK_FALSE(windows->take(MacAddress(0x0004f2aaaaab)));
  CHECK(windows->take(device));
  CHECK_FALSE(windows->take(device));
}

TEST_CASE("of many devices some may be forgotten and none is made up", "[windows]") {
  const auto windows = make();
  constexpr std::uint64_t kMany = 20'000;
  for (std::uint64_t n = 0; n < kMany; ++n) windows->add(MacAddress(0x0004f2000000 + n));
  std::uint64_t found = 0;
  for (std::uint64_t n = 0; n < kMany; ++n) found += windows->take(MacAddress(0x0004f2000000 + n));
  CHECK(found <= 4096);
  CHECK(found >= 3000);
  for (std::uint64_t n = 0; n < kMany; ++n)
    CHECK_FALSE(windows->take(MacAddress(0x64167f000000 + n)));
  // The last one is always there.
  windows->add(MacAddress(0x0004f2ffffff));
  CHECK(windows->take(MacAddress(0x0004f2ffffff)));
}

TEST_CASE("one of all looks for those of other servers, each time that it is due", "[windows]") {
  const auto windows = make();
  constexpr std::int64_t kNow = 1'800'000'000;
  CHECK(test::in_process([&] { return windows->is_to_look(kNow) ? 0 : 1; }) == 0);
  CHECK_FALSE(windows->is_to_look(kNow + OpenWindows::kLookInterval - 1));
  CHECK(windows->is_to_look(kNow + OpenWindows::kLookInterval));
  CHECK_FALSE(windows->is_to_look(kNow + OpenWindows::kLookInterval));
  // A clock that was set back.
  CHECK(windows->is_to_look(kNow));
  CHECK_FALSE(windows->is_to_look(kNow));
}

TEST_CASE("of many threads one takes a device", "[windows]") {
  const auto windows = make();
  const MacAddress device(0x0004f2aaaaaa);
  for (int round = 0; round < 200; ++round) {
    windows->add(device);
    std::atomic<int> taken = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] { taken += windows->take(device) ? 1 : 0; });
    for (std::thread& thread : threads) thread.join();
    REQUIRE(taken == 1);
  }
}
