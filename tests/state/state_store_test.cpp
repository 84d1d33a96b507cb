// SPDX-License-Identifier: Apache-2.0
#include "state/state_store.hpp"
#include "support/state_backend.hpp"

#include <algorithm>

using namespace polyauth;
using test::OpenState;
using test::StateBackend;

namespace {

constexpr MacAddress kA(0x0004f2aaaaaa);
constexpr MacAddress kB(0x0004f2bbbbbb);
constexpr std::int64_t kNow = 1'800'000'000;
constexpr std::int64_t kWindow = 900;
constexpr int kMost = 5;

// The value of a Result; fails with its error.
template <typename T> T get(Result<T> result) {
  if (!result) FAIL(result.error());
  return std::move(*result);
}

void issue(StateStore& store, const MacAddress& mac = kA, std::string_view hash = "hash",
           std::int64_t expires = kNow + 100) {
  REQUIRE(get(store.issue(mac, hash, "anna", kNow, expires)));
}

Redemption use(StateStore& store, int tag = 1, std::int64_t now = kNow) {
  const auto attempt = get(store.try_one_time(kA, tag, now, kMost));
  REQUIRE(attempt);
  const auto redemption = get(store.redeem(kA, *attempt, now, kWindow));
  REQUIRE(redemption);
  return *redemption;
}

// The hash, where the window is open.
std::optional<std::string> open_hash(StateStore& store, const MacAddress& mac, std::int64_t now) {
  auto known = get(store.known(mac, now, kMost));
  return known && known->open ? std::optional(std::move(known->hash)) : std::nullopt;
}

int tries(OpenState& state) {
  const auto rows = get(state.connection.run("SELECT tries FROM polyauth_onetime"));
  REQUIRE(rows.size() == 1);
  return std::stoi(rows[0][0]);
}

} // namespace

#define EACH_DATABASE                                                                              \
  const StateBackend backend(GENERATE("sqlite3", "pgsql"));                                        \
  CAPTURE(backend.driver());                                                                       \
  OpenState state(backend);                                                                        \
  StateStore& store = state.store

TEST_CASE("a right one-time password opens a window once", "[state]") {
  EACH_DATABASE;
  issue(store);
  const auto attempt = get(store.try_one_time(kA, 7, kNow + 1, kMost));
  REQUIRE(attempt);
  CHECK(attempt->hash == "hash");
  CHECK_FALSE(open_hash(store, kA, kNow + 1));
  CHECK(get(store.known(kA, kNow + 1, kMost))->hash == "hash");
  CHECK_FALSE(get(store.known(kB, kNow + 1, kMost)));
  const auto first = get(store.redeem(kA, *attempt, kNow + 1, kWindow));
  REQUIRE(first);
  CHECK(first->first);
  CHECK(first->window_end == kNow + 1 + kWindow);
  // Later uses, also past its lifetime, do not move the end.
  const Redemption second = use(store, 7, kNow + 500);
  CHECK_FALSE(second.first);
  CHECK(second.window_end == first->window_end);
  CHECK(open_hash(store, kA, first->window_end - 1) == "hash");
  CHECK_FALSE(open_hash(store, kA, first->window_end));
  CHECK_FALSE(open_hash(store, kB, kNow + 2));
  CHECK_FALSE(get(store.try_one_time(kA, 7, first->window_end, kMost)));
  CHECK(get(store.standing(kA, first->window_end, kMost)) == Standing::kUsedUp);
  CHECK(tries(state) == 0);
}

TEST_CASE("why there is nothing to try", "[state]") {
  EACH_DATABASE;
  CHECK_FALSE(get(store.try_one_time(kA, 1, kNow, kMost)));
  CHECK(get(store.standing(kA, kNow, kMost)) == Standing::kNone);
  issue(store);
  CHECK(get(store.standing(kA, kNow, kMost)) == Standing::kUsable);
  CHECK(get(store.standing(kB, kNow, kMost)) == Standing::kNone);
  CHECK_FALSE(get(store.try_one_time(kB, 1, kNow, kMost)));
  CHECK_FALSE(get(store.try_one_time(kA, 1, kNow + 100, kMost)));
  CHECK(get(store.standing(kA, kNow + 100, kMost)) == Standing::kExpired);
  // A clock that was set back.
  const std::int64_t back = kNow - StateStore::kClockSkew - 1;
  CHECK_FALSE(get(store.try_one_time(kA, 1, back, kMost)));
  CHECK(get(store.standing(kA, back, kMost)) == Standing::kFuture);
  CHECK(get(store.try_one_time(kA, 1, back + 1, kMost)));
  use(store, 1, kNow + 50);
  CHECK_FALSE(get(store.try_one_time(kA, 1, kNow - 11, kMost)));
  CHECK(get(store.standing(kA, kNow - 11, kMost)) == Standing::kFuture);
  CHECK_FALSE(open_hash(store, kA, kNow - 11));
}

TEST_CASE("wrong tries are counted and the fifth is the last", "[state]") {
  EACH_DATABASE;
  issue(store);
  for (int tag = 1; tag <= kMost; ++tag) {
    const auto attempt = get(store.try_one_time(kA, tag, kNow, kMost));
    REQUIRE(attempt);
    CHECK(attempt->counted);
    CHECK(attempt->left == kMost - tag);
    CHECK(tries(state) == tag);
  }
  CHECK_FALSE(get(store.try_one_time(kA, 99, kNow, kMost)));
  CHECK(get(store.standing(kA, kNow, kMost)) == Standing::kVoid);
  CHECK(tries(state) == kMost);
  // A new one begins anew.
  issue(store);
  CHECK(use(store).first);
}

TEST_CASE("the same wrong one costs one try, however often and whatever comes between", "[state]") {
  EACH_DATABASE;
  issue(store);
  for (int i = 0; i < 11; ++i) {
    const auto attempt = get(store.try_one_time(kA, 1, kNow, kMost));
    REQUIRE(attempt);
    CHECK(attempt->counted == (i == 0));
  }
  CHECK(tries(state) == 1);
  // A right one in between neither counts nor lets the wrong one count again.
  CHECK(use(store, 2).first);
  CHECK(tries(state) == 1);
  CHECK(get(store.try_one_time(kA, 1, kNow, kMost)));
  CHECK(tries(state) == 1);
}

TEST_CASE("right ones of the same device at the same time do not lock each other out", "[state]") {
  EACH_DATABASE;
  issue(store);
  for (int tag = 1; tag < kMost; ++tag) REQUIRE(get(store.try_one_time(kA, tag, kNow, kMost)));
  const auto a = get(store.try_one_time(kA, 50, kNow, kMost));
  const auto b = get(store.try_one_time(kA, 50, kNow, kMost));
  REQUIRE((a && b));
  CHECK((a->counted && !b->counted));
  CHECK(get(store.redeem(kA, *a, kNow, kWindow))->first);
  CHECK_FALSE(get(store.redeem(kA, *b, kNow, kWindow))->first);
  CHECK(tries(state) == kMost - 1);
  CHECK_FALSE(use(store, 50).first);
  CHECK(tries(state) == kMost - 1);
}

TEST_CASE("one of them that is ready early takes nothing from those that are not", "[state]") {
  EACH_DATABASE;
  issue(store);
  constexpr int kOne = 1;
  const auto a = get(store.try_one_time(kA, 50, kNow, kOne));
  const auto b = get(store.try_one_time(kA, 50, kNow, kOne));
  REQUIRE((a && b));
  CHECK(get(store.redeem(kA, *b, kNow, kWindow))->first);
  // The first has counted, and is still looked at.
  const auto c = get(store.try_one_time(kA, 50, kNow, kOne));
  REQUIRE(c);
  CHECK(get(store.redeem(kA, *a, kNow, kWindow)));
  CHECK(get(store.redeem(kA, *c, kNow, kWindow)));
  CHECK(tries(state) == 0);
  CHECK(get(store.try_one_time(kA, 50, kNow, kOne)));
}

TEST_CASE("what the last wrong try has made void is not pending, whatever is set later",
          "[state]") {
  EACH_DATABASE;
  issue(store);
  const bool in_use = GENERATE(false, true);
  if (in_use) use(store, 50);
  const auto wrong = get(store.try_one_time(kA, 1, kNow + 1, kMost));
  REQUIRE(wrong);
  // Not before it is the last, and nobody else's.
  CHECK_FALSE(get(store.end_void(kA, *wrong, kNow + 1, kMost)));
  CHECK_FALSE(get(store.end_void(kB, *wrong, kNow + 1, 1)));
  CHECK(get(store.pending("anna", kNow + 1)).size() == 1);
  CHECK(get(store.end_void(kA, *wrong, kNow + 1, 1)));
  CHECK(get(store.pending("anna", kNow + 1)).empty());
  CHECK(get(store.standing(kA, kNow + 1, 1)) == Standing::kVoid);
  CHECK_FALSE(get(store.try_one_time(kA, 1, kNow + 1, kMost)));
  CHECK_FALSE(get(store.end_void(kA, *wrong, kNow + 1, 1)));
}

TEST_CASE("open windows are those that have been used and are not over", "[state]") {
  EACH_DATABASE;
  CHECK(get(store.open_windows(kNow)).empty());
  issue(store, kB);
  issue(store);
  CHECK(get(store.open_windows(kNow)).empty());
  use(store);
  CHECK(get(store.open_windows(kNow + kWindow - 1)) == std::vector{kA});
  CHECK(get(store.open_windows(kNow + kWindow)).empty());
  CHECK(get(store.end_window(kA, kNow + 1)));
  CHECK(get(store.open_windows(kNow + 1)).empty());
}

TEST_CASE("nothing of a right one stays in the database but its hash", "[state]") {
  EACH_DATABASE;
  issue(store);
  use(store, 4711);
  const auto rows = get(state.connection.run(
      "SELECT COALESCE(last_wrong, -1), COALESCE(wrong_before, -1) FROM polyauth_onetime"));
  CHECK(rows.at(0) == StateRow{"-1", "-1"});
}

TEST_CASE("a try that was begun before the password was replaced redeems nothing", "[state]") {
  EACH_DATABASE;
  issue(store);
  const auto attempt = get(store.try_one_time(kA, 1, kNow, kMost));
  REQUIRE(attempt);
  SECTION("replaced") { issue(store, kA, "another"); }
  SECTION("revoked") { CHECK(get(store.revoke(kA, "anna"))); }
  SECTION("expired") {
    CHECK_FALSE(get(store.redeem(kA, *attempt, kNow + 100, kWindow)));
    return;
  }
  CHECK_FALSE(get(store.redeem(kA, *attempt, kNow, kWindow)));
}

TEST_CASE("a window ends when it is told to, and only an open one", "[state]") {
  EACH_DATABASE;
  CHECK_FALSE(get(store.end_window(kA, kNow)));
  issue(store);
  CHECK_FALSE(get(store.end_window(kA, kNow)));
  CHECK(use(store).first);
  CHECK_FALSE(get(store.end_window(kB, kNow + 1)));
  // A login before it was opened has nothing to do with it.
  CHECK_FALSE(get(store.end_window(kA, kNow - 1)));
  CHECK(get(store.end_window(kA, kNow + 1)));
  CHECK_FALSE(get(store.end_window(kA, kNow + 1)));
  CHECK_FALSE(get(store.try_one_time(kA, 1, kNow + 1, kMost)));
  CHECK(get(store.standing(kA, kNow + 1, kMost)) == Standing::kUsedUp);
}

TEST_CASE("a person sees and revokes what they have issued, and nothing else", "[state]") {
  EACH_DATABASE;
  issue(store);
  REQUIRE(get(store.issue(kB, "hash", "o'brien\\%s", kNow, kNow + 100)));
  auto mine = get(store.pending("anna", kNow));
  REQUIRE(mine.size() == 1);
  CHECK(mine[0].mac == kA);
  CHECK(mine[0].issued == kNow);
  CHECK(mine[0].expires == kNow + 100);
  CHECK(mine[0].state == Pending::State::kPending);
  CHECK(mine[0].issued_by == "anna");
  use(store, 1, kNow + 50);
  mine = get(store.pending("anna", kNow + 200));
  REQUIRE(mine.size() == 1);
  CHECK(mine[0].state == Pending::State::kInUse);
  CHECK(mine[0].expires == kNow + 50 + kWindow);
  CHECK(get(store.pending("anna", kNow + 50 + kWindow)).empty());
  CHECK(get(store.pending("nobody", kNow)).empty());
  CHECK_FALSE(get(store.revoke(kB, "anna")));
  CHECK(get(store.pending("o'brien\\%s", kNow)).size() == 1);
  CHECK(get(store.revoke(kB, "o'brien\\%s")));
  CHECK_FALSE(get(store.revoke(kB, "o'brien\\%s")));
}

TEST_CASE("what nobody asks for any more is forgotten", "[state]") {
  EACH_DATABASE;
  issue(store);
  constexpr std::int64_t kMonth = std::int64_t{30} * 24 * 3600;
  REQUIRE(get(store.issue(kB, "hash", "anna", kNow + kMonth, kNow + kMonth + 9)));
  CHECK(get(store.standing(kA, kNow + kMonth, kMost)) == Standing::kExpired);
  REQUIRE(get(store.issue(kB, "hash", "anna", kNow + kMonth + 200, kNow + kMonth + 209)));
  CHECK(get(store.standing(kA, kNow, kMost)) == Standing::kNone);
}

TEST_CASE("the last login of each device and label is kept", "[state]") {
  EACH_DATABASE;
  REQUIRE(get(store.note_seen({{kB, "2026", kNow, 0}, {kA, "2026", kNow, 99}})));
  REQUIRE(get(store.note_seen({{kA, "2027", kNow + 5, 98}, {kA, "2026", kNow - 5, 1}})));
  REQUIRE(get(store.note_seen({{kB, "2026", kNow + 9, 97}})));
  REQUIRE(get(store.note_seen({})));
  const auto usage = get(store.usage());
  REQUIRE(usage.size() == 3);
  CHECK((usage[0].mac == kA && usage[0].label == "2026" && usage[0].at == kNow &&
         usage[0].certificate_until == 99 && usage[0].since == kNow));
  CHECK((usage[1].mac == kB && usage[1].at == kNow + 9 && usage[1].certificate_until == 97 &&
         usage[1].since == kNow));
  CHECK((usage[2].mac == kA && usage[2].label == "2027" && usage[2].at == kNow + 5));
}

TEST_CASE("the tables are made once, and newer ones are left alone", "[state]") {
  EACH_DATABASE;
  issue(store);
  CHECK(get(store.ensure_schema()));
  CHECK(get(store.pending("anna", kNow)).size() == 1);
  REQUIRE(state.connection.run("UPDATE polyauth_schema SET version = 2"));
  const auto newer = store.ensure_schema();
  REQUIRE_FALSE(newer);
  CHECK(newer.error() == "its tables have version 2; this mod_polyauth knows version 1");
  CHECK_FALSE(store.check_schema());
  CHECK(get(store.pending("anna", kNow)).size() == 1);
}

TEST_CASE("a failed statement leaves the connection to others as it was", "[state]") {
  EACH_DATABASE;
  REQUIRE(state.connection.run("DROP TABLE polyauth_onetime"));
  const auto failed = store.try_one_time(kA, 1, kNow, kMost);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().find("polyauth_onetime") != std::string::npos);
  CHECK(failed.error().find('\n') == std::string::npos);
  CHECK(get(store.usage()).empty());
  // In a transaction as well: it is taken back, and the next one begins.
  REQUIRE(state.connection.run("DROP TABLE polyauth_seen"));
  CHECK_FALSE(store.note_seen({{kA, "x", kNow, 0}}));
  REQUIRE(state.connection.run("DROP TABLE polyauth_schema"));
  CHECK(get(store.ensure_schema()));
  CHECK(get(store.note_seen({{kA, "x", kNow, 0}})));
  issue(store);
}

TEST_CASE("half a schema is made in no case", "[state]") {
  EACH_DATABASE;
  REQUIRE(state.connection.run("DROP TABLE polyauth_schema"));
  // polyauth_onetime is there and cannot be made again.
  CHECK_FALSE(store.ensure_schema());
  CHECK_FALSE(get(store.check_schema()));
}

TEST_CASE("tables that others make meanwhile do not spoil a statement", "[state]") {
  EACH_DATABASE;
  issue(store);
  CHECK(get(store.pending("anna", kNow)).size() == 1);
  OpenState other(backend);
  REQUIRE(other.connection.run("DROP TABLE IF EXISTS another"));
  REQUIRE(other.connection.run("CREATE TABLE another (x integer)"));
  CHECK(get(store.pending("anna", kNow)).size() == 1);
  REQUIRE(other.connection.run("DROP TABLE another"));
  CHECK(use(store).first);
}
