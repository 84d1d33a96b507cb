// SPDX-License-Identifier: Apache-2.0
// Processes and threads that do the same at the same moment, each on a connection of its own.
#include "state/state_store.hpp"
#include "support/state_backend.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <functional>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <vector>

using namespace polyauth;
using test::OpenState;
using test::StateBackend;

namespace {

constexpr MacAddress kA(0x0004f2aaaaaa);
constexpr std::int64_t kNow = 1'800'000'000;
constexpr int kCrowd = 12;

// What one of the crowd makes of a store of its own: a small number. `number` is its own.
using Body = std::function<int(StateStore& store, int number)>;
constexpr int kFailed = 100;

// Its value, or kFailed with the error for whoever reads the output.
template <typename T, typename Use> int value_of(const Result<T>& result, Use&& use) {
  if (result) return use(*result);
  std::fprintf(stderr, "%s\n", result.error().c_str());
  return kFailed;
}

// `wait` returns when all are ready.
int one_of_the_crowd(const StateBackend& backend, const Body& body, int number,
                     const std::function<void()>& wait) {
  const auto database = backend.driver() == "sqlite3"
                            ? StateDatabase::open_sqlite(backend.parameters())
                            : StateDatabase::open(backend.driver(), backend.parameters());
  wait();
  return value_of(database, [&](const StateDatabase& opened) {
    return value_of(StateConnection::on(opened.connection()), [&](const StateConnection& on) {
      StateStore store(on);
      return body(store, number);
    });
  });
}

std::vector<int> values_of_processes(const StateBackend& backend, const Body& body) {
  std::array<int, 2> gate{};
  REQUIRE(::pipe(gate.data()) == 0);
  std::vector<pid_t> processes;
  for (int i = 0; i < kCrowd; ++i) {
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
      ::close(gate[1]);
      const auto wait = [&gate] {
        char byte = 0;
        (void)!::read(gate[0], &byte, 1);
      };
      ::_exit(one_of_the_crowd(backend, body, i, wait));
    }
    processes.push_back(pid);
  }
  ::close(gate[0]);
  ::close(gate[1]); // all are there
  std::vector<int> values;
  for (const pid_t pid : processes) {
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    values.push_back(WIFEXITED(status) ? WEXITSTATUS(status) : kFailed);
  }
  return values;
}

std::vector<int> values_of_threads(const StateBackend& backend, const Body& body) {
  std::vector<int> values(kCrowd);
  std::atomic<int> ready = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kCrowd; ++i)
    threads.emplace_back([&, i] {
      values[static_cast<std::size_t>(i)] = one_of_the_crowd(backend, body, i, [&ready] {
        ++ready;
        while (ready < kCrowd) std::this_thread::yield();
      });
    });
  for (std::thread& thread : threads) thread.join();
  return values;
}

int sum(const std::vector<int>& values) {
  int total = 0;
  for (const int value : values) total += value;
  return total;
}

// 1 for the first use, 0 for a later one.
int try_and_redeem(StateStore& store, int) {
  return value_of(store.try_one_time(kA, 7, kNow, 5), [&](const std::optional<Attempt>& attempt) {
    if (!attempt) return kFailed;
    return value_of(store.redeem(kA, *attempt, kNow, 900),
                    [](const std::optional<Redemption>& redemption) {
                      return !redemption ? kFailed : redemption->first ? 1 : 0;
                    });
  });
}

// 1 for a wrong one that is looked at.
int try_another(StateStore& store, int number) {
  return value_of(store.try_one_time(kA, number + 1, kNow, 5),
                  [](const std::optional<Attempt>& attempt) { return attempt ? 1 : 0; });
}

int tries(OpenState& state) {
  const auto rows = state.connection.run("SELECT tries FROM polyauth_onetime");
  REQUIRE((rows && rows->size() == 1));
  return std::stoi((*rows)[0][0]);
}

void issue(const StateBackend& backend) {
  OpenState state(backend);
  REQUIRE(state.store.issue(kA, "hash", "anna", kNow, kNow + 100));
}

} // namespace

TEST_CASE("of many that redeem one password at once one is the first", "[state]") {
  const StateBackend backend(GENERATE("sqlite3", "pgsql"));
  CAPTURE(backend.driver());
  issue(backend);
  SECTION("processes") { CHECK(sum(values_of_processes(backend, try_and_redeem)) == 1); }
  SECTION("threads") { CHECK(sum(values_of_threads(backend, try_and_redeem)) == 1); }
  OpenState state(backend);
  CHECK(tries(state) == 0);
}

TEST_CASE("of many different wrong tries at once as many as are free are looked at", "[state]") {
  const StateBackend backend(GENERATE("sqlite3", "pgsql"));
  CAPTURE(backend.driver());
  issue(backend);
  SECTION("processes") { CHECK(sum(values_of_processes(backend, try_another)) == 5); }
  SECTION("threads") { CHECK(sum(values_of_threads(backend, try_another)) == 5); }
  OpenState state(backend);
  CHECK(tries(state) == 5);
}

TEST_CASE("many may make the tables at once", "[state]") {
  const StateBackend backend(GENERATE("sqlite3", "pgsql"));
  CAPTURE(backend.driver());
  const auto values = values_of_processes(backend, [](StateStore& store, int) {
    return value_of(store.ensure_schema(), [](bool) { return 1; });
  });
  CHECK(sum(values) == kCrowd);
  OpenState state(backend);
  const auto rows = state.connection.run("SELECT version FROM polyauth_schema");
  REQUIRE(rows);
  CHECK(*rows == StateRows{{"1"}});
}

TEST_CASE("many note the same devices at once", "[state]") {
  const StateBackend backend(GENERATE("sqlite3", "pgsql"));
  CAPTURE(backend.driver());
  OpenState state(backend);
  const auto values = values_of_processes(backend, [](StateStore& store, int number) {
    std::vector<Sighting> seen;
    for (std::uint64_t n = 0; n < 50; ++n)
      seen.push_back({MacAddress(number % 2 == 0 ? n : 49 - n), "x", kNow + number, 0});
    return value_of(store.note_seen(seen), [](bool) { return 1; });
  });
  CHECK(sum(values) == kCrowd);
  const auto usage = state.store.usage();
  REQUIRE(usage);
  REQUIRE(usage->size() == 50);
  for (const Sighting& each : *usage) CHECK(each.at == kNow + kCrowd - 1);
}
