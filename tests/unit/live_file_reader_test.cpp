// SPDX-License-Identifier: Apache-2.0
#include "io/live_file.hpp"
#include "support/catch.hpp"
#include "support/live_files.hpp"

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

using namespace polyauth;
using test::LiveFiles;
using test::Number;
using test::Outcome;
namespace fs = std::filesystem;

TEST_CASE("before anything is adopted there is nothing", "[live]") {
  LiveFiles files;
  CHECK(files.reader().current() == nullptr);
}

TEST_CASE("a reader follows the version in force, and a snapshot outlives it", "[live]") {
  LiveFiles files;
  files.adopt("1");
  LiveFile<Number> live = files.reader();
  const auto first = live.current();
  REQUIRE(first);
  CHECK(live.current() == first);
  // Adopted by another process.
  files.write("2");
  REQUIRE(test::in_process([&] {
            FilePublisher publisher = files.publisher();
            return publisher.adopt_now().outcome == Outcome::kAdopted ? 0 : 1;
          }) == 0);
  const auto second = live.current();
  REQUIRE(second);
  CHECK(second->generation == 2);
  CHECK(second->view.value() == 2);
  // Its image is gone from the folder, but not from who looks at it.
  CHECK_FALSE(fs::exists(files.image(1)));
  CHECK(first->generation == 1);
  CHECK(first->view.value() == 1);
}

TEST_CASE("who has the version in force mapped needs its image no more; others get nothing",
          "[live]") {
  LiveFiles files;
  files.adopt("1");
  LiveFile<Number> live = files.reader();
  REQUIRE(live.current());
  SECTION("image removed") { fs::remove(files.image(1)); }
  SECTION("folder removed") { fs::remove_all(files.images); }
  SECTION("image swapped for a shorter one") { test::replace(files.image(1), "x"); }
  SECTION("image swapped for an empty one") { test::replace(files.image(1), ""); }
  SECTION("image swapped for a link") {
    fs::rename(files.image(1), files.image(1) + ".x");
    fs::create_symlink(files.image(1) + ".x", files.image(1));
  }
  REQUIRE(live.current());
  CHECK(live.current()->view.value() == 1);
  CHECK(files.seen_elsewhere() == LiveFiles::kNothing);
}

TEST_CASE("an older version does not stand in for one that cannot be mapped", "[live]") {
  LiveFiles files;
  files.adopt("1");
  LiveFile<Number> live = files.reader();
  REQUIRE(live.current());
  files.adopt("2");
  fs::remove(files.image(2));
  CHECK(live.current() == nullptr);
  files.adopt("3");
  REQUIRE(live.current());
  CHECK(live.current()->view.value() == 3);
}

TEST_CASE("what was adopted up to the floor is too old", "[live]") {
  LiveFiles files;
  files.adopt("1");
  files.adopt("2");
  CHECK(files.seen_elsewhere(1) == 2);
  CHECK(files.seen_elsewhere(2) == LiveFiles::kNothing);
  LiveFile<Number> live = files.reader(2);
  CHECK(live.current() == nullptr);
  files.adopt("3");
  REQUIRE(live.current());
  CHECK(live.current()->generation == 3);
}

TEST_CASE("threads that read while versions change see whole ones, and none goes back", "[live]") {
  constexpr int kVersions = 60;
  constexpr int kReaders = 4;
  LiveFiles files;
  files.adopt("1");
  LiveFile<Number> live = files.reader();
  std::atomic<int> wrong = 0;
  std::atomic<bool> stop = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < kReaders; ++i)
    readers.emplace_back([&] {
      std::uint64_t last = 0;
      while (!stop) {
        const std::uint64_t in_force = files.generation();
        const auto snapshot = live.current();
        // Number n is generation n.
        if (!snapshot || snapshot->generation < last || snapshot->generation < in_force ||
            snapshot->view.value() != static_cast<int>(snapshot->generation)) {
          ++wrong;
          return;
        }
        last = snapshot->generation;
      }
    });
  for (int version = 2; version <= kVersions; ++version) files.adopt(std::to_string(version));
  stop = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong == 0);
  CHECK(files.seen_elsewhere() == kVersions);
}

TEST_CASE("of publishers that see a change at the same moment one adopts it", "[live]") {
  constexpr int kVersions = 30;
  LiveFiles files;
  files.adopt("1");
  LiveFile<Number> live = files.reader();
  std::vector<FilePublisher> publishers;
  for (int i = 0; i < 4; ++i) publishers.push_back(files.publisher());
  auto now = LiveFiles::Clock::now();
  for (int version = 2; version <= kVersions; ++version) {
    // Of a length of its own: two changes may fall into one tick of the file system's clock.
    files.write(std::string(static_cast<std::size_t>(version), '0') + std::to_string(version));
    std::atomic<int> adopted = 0;
    std::atomic<int> others = 0;
    std::vector<std::thread> threads;
    for (FilePublisher& publisher : publishers)
      threads.emplace_back([&] {
        publisher.refresh(now);
        const Refresh refresh = publisher.refresh(now + FilePublisher::kSettled);
        if (refresh.outcome == Outcome::kRefused) ++others;
        if (refresh.outcome != Outcome::kAdopted) return;
        ++adopted;
        if (refresh.summary != "number " + std::to_string(version)) ++others;
      });
    for (std::thread& thread : threads) thread.join();
    REQUIRE(adopted == 1);
    REQUIRE(others == 0);
    REQUIRE(live.current());
    REQUIRE(live.current()->view.value() == version);
    now += std::chrono::hours(1);
  }
}
