// SPDX-License-Identifier: Apache-2.0
#include "io/refusal_ring.hpp"
#include "io/status_board.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <unistd.h>

#include <atomic>
#include <memory>
#include <sys/wait.h>
#include <thread>

using namespace polyauth;

namespace {

void note(RefusalRing& ring, std::int64_t at, std::string_view path = "/x") {
  ring.note(at, Decision{Reason::kMacForeign, MacAddress(7), std::nullopt}, false,
            {"GET", path, "192.0.2.1"});
}

} // namespace

TEST_CASE("a refusal is given back as it was noted", "[refusal_ring]") {
  const auto ring = std::make_unique<RefusalRing>();
  CHECK(ring->latest().empty());
  ring->note(12, Decision{Reason::kAclUnlisted, MacAddress(0x0004f2aabbcc), std::nullopt}, true,
             {"PUT", "/<b>\x01", "2001:db8::1"});
  ring->note(13, Decision{Reason::kNoTls, std::nullopt, std::nullopt}, false, {"", "", ""});
  const auto found = ring->latest();
  REQUIRE(found.size() == 2);
  CHECK(found[0].reason == Reason::kNoTls);
  CHECK_FALSE(found[0].device);
  CHECK(found[1].at == 12);
  CHECK(found[1].audit);
  CHECK(found[1].device == MacAddress(0x0004f2aabbcc));
  CHECK(found[1].method == "PUT");
  CHECK(found[1].path == "/<b>\x01");
  CHECK(found[1].client == "2001:db8::1");
}

TEST_CASE("the newest come first, and only so many", "[refusal_ring]") {
  const auto ring = std::make_unique<RefusalRing>();
  for (int i = 1; i <= 200; ++i) note(*ring, i);
  const auto found = ring->latest();
  REQUIRE(found.size() == RefusalRing::kSize);
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(found[i].at == 200 - static_cast<std::int64_t>(i));
}

TEST_CASE("long texts are cut short", "[refusal_ring]") {
  const auto ring = std::make_unique<RefusalRing>();
  const std::string longest(100'000, 'x');
  ring->note(1, Decision(), false, {longest, longest, longest});
  const auto found = ring->latest();
  REQUIRE(found.size() == 1);
  CHECK(found[0].method.size() == RefusalRing::kMaxMethod);
  CHECK(found[0].path.size() == RefusalRing::kMaxPath);
  CHECK(found[0].client.size() == RefusalRing::kMaxClient);
}

TEST_CASE("two writers do not mix: a place that is being written is nobody else's",
          "[refusal_ring]") {
  constexpr auto kSize = static_cast<std::int64_t>(RefusalRing::kSize);
  const auto ring = std::make_unique<RefusalRing>();
  auto place = ring->claim();
  REQUIRE(place);
  // Two rounds by others meanwhile: whatever falls on its place is lost.
  for (std::int64_t at = 1; at < 2 * kSize; ++at) note(*ring, at);
  CHECK(ring->latest().size() == kSize - 1);
  for (const PastRefusal& each : ring->latest()) CHECK(each.at != kSize);
  CHECK_FALSE(ring->claim());
  // Filled, it is the oldest, and the next round replaces it.
  place->fill(0, Decision{Reason::kNoTls, std::nullopt, std::nullopt}, false, {"GET", "/", ""});
  REQUIRE(ring->latest().size() == kSize);
  CHECK(ring->latest().back().reason == Reason::kNoTls);
  for (std::int64_t at = 1; at <= kSize; ++at) note(*ring, at);
  CHECK(ring->latest().size() == kSize);
  CHECK(ring->latest().back().at == 1);
}

TEST_CASE("who reads while others write sees whole refusals", "[refusal_ring]") {
  const auto ring = std::make_unique<RefusalRing>();
  std::atomic<bool> done = false;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 3; ++writer)
    writers.emplace_back([&, writer] {
      const std::string path(RefusalRing::kMaxPath, static_cast<char>('a' + writer));
      for (int i = 0; i < 20'000; ++i) note(*ring, writer, path);
      done = true;
    });
  bool whole = true;
  while (!done)
    for (const PastRefusal& each : ring->latest())
      whole = whole &&
              each.path == std::string(RefusalRing::kMaxPath, static_cast<char>('a' + each.at));
  for (auto& writer : writers) writer.join();
  CHECK(whole);
}

TEST_CASE("a board is one for all processes", "[status_board]") {
  StatusBoard* const board = StatusBoard::create(77);
  REQUIRE(board != nullptr);
  CHECK(board->is_ours());
  CHECK(board->since() == 77);
  const pid_t child = ::fork();
  if (child == 0) {
    board->requests.count(Reason::kDevice, Outcome::kGranted, 100);
    note(board->refusals, 100);
    ::_exit(0);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(board->requests.total(Reason::kDevice, Outcome::kGranted) == 1);
  CHECK(board->refusals.latest().size() == 1);
}
