// SPDX-License-Identifier: Apache-2.0
#include "state/state_database.hpp"
#include "state/state_store.hpp"
#include "support/state_backend.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <sys/stat.h>

using namespace polyauth;
using test::OpenState;
using test::StateBackend;
using test::TempDir;
namespace fs = std::filesystem;

namespace {

constexpr auto kAnybody = static_cast<uid_t>(-1);

mode_t mode_of(const std::string& path) {
  struct stat file {};
  REQUIRE(::stat(path.c_str(), &file) == 0);
  return file.st_mode & 07777;
}

} // namespace

TEST_CASE("the file is made for one user alone", "[state]") {
  const TempDir folder;
  const std::string path = folder.path() + "/state.db";
  const auto absent = check_state_file(path, kAnybody);
  CHECK((absent && !*absent));
  const mode_t before = ::umask(0);
  const auto made = prepare_state_file(path);
  ::umask(before);
  CHECK((made && *made));
  CHECK(mode_of(path) == 0600);
  const auto again = prepare_state_file(path);
  CHECK((again && *again));
  const auto database = StateDatabase::open_sqlite(path);
  REQUIRE(database);
  CHECK(database->is_in_place());
  CHECK(mode_of(path) == 0600);
}

TEST_CASE("a file that others may use is not used", "[state]") {
  const TempDir folder;
  const std::string path = folder.path() + "/state.db";
  REQUIRE(prepare_state_file(path));
  for (const mode_t mode : {0640U, 0620U, 0604U, 0602U, 0601U, 0610U}) {
    CAPTURE(mode);
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    const auto checked = prepare_state_file(path);
    REQUIRE_FALSE(checked);
    CHECK(checked.error() == "\"" + path + "\" can be used by group or others; give it mode 0600");
  }
  REQUIRE(::chmod(path.c_str(), 0600) == 0);
  CHECK_FALSE(check_state_file(path, ::geteuid() + 1));
  CHECK(check_state_file(path, ::geteuid()));
}

TEST_CASE("what is no file is not used", "[state]") {
  const TempDir folder;
  const std::string path = folder.path() + "/state.db";
  SECTION("a folder") { fs::create_directory(path); }
  SECTION("a link") {
    std::ofstream(folder.path() + "/other") << "";
    fs::create_symlink(folder.path() + "/other", path);
  }
  SECTION("a link to nothing") { fs::create_symlink(folder.path() + "/nothing", path); }
  const auto prepared = prepare_state_file(path);
  REQUIRE_FALSE(prepared);
  CHECK(prepared.error() == "\"" + path + "\" is not a regular file");
  CHECK_FALSE(fs::exists(folder.path() + "/nothing"));
}

TEST_CASE("a folder that is not there is told", "[state]") {
  const auto prepared = prepare_state_file("/nowhere/state.db");
  REQUIRE_FALSE(prepared);
  CHECK(prepared.error() == "\"/nowhere/state.db\" cannot be created: No such file or directory");
}

TEST_CASE("a file that was replaced or removed is noticed", "[state]") {
  const StateBackend backend("sqlite3");
  const OpenState state(backend);
  CHECK(state.database.is_in_place());
  fs::remove(backend.parameters());
  CHECK_FALSE(state.database.is_in_place());
  REQUIRE(prepare_state_file(backend.parameters()));
  CHECK_FALSE(state.database.is_in_place());
}

TEST_CASE("a file of something else is an error, and left as it is", "[state]") {
  const TempDir folder;
  const std::string path = folder.path() + "/state.db";
  const std::string content(5000, 'x');
  std::ofstream(path) << content;
  const auto database = StateDatabase::open_sqlite(path);
  if (database) {
    StateStore store(StateBackend::connect(*database));
    const auto ready = store.ensure_schema();
    REQUIRE_FALSE(ready);
    CHECK(ready.error() == "file is not a database");
  }
  CHECK(fs::file_size(path) == content.size());
}

TEST_CASE("a database that somebody has locked is an error after a while", "[state]") {
  const StateBackend backend("sqlite3");
  OpenState holder(backend);
  OpenState other(backend);
  REQUIRE(holder.connection.run("BEGIN EXCLUSIVE"));
  const auto failed = other.store.end_window(MacAddress(1), 1);
  REQUIRE_FALSE(failed);
  CHECK(failed.error() == "database is locked");
  REQUIRE(holder.connection.run("COMMIT"));
  CHECK(other.store.end_window(MacAddress(1), 1));
}

TEST_CASE("a connection that the server has closed is made anew", "[state]") {
  const StateBackend backend("pgsql");
  OpenState state(backend);
  OpenState other(backend);
  CHECK(state.store.usage());
  REQUIRE(other.connection.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
      "AND datname = current_database()"));
  CHECK_FALSE(state.store.usage());
  CHECK(state.store.revive());
  CHECK(state.store.usage());
  // In the middle of a transaction: an error, and nothing is left of it.
  REQUIRE(other.connection.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
      "AND datname = current_database()"));
  CHECK_FALSE(state.store.note_seen({{MacAddress(1), "x", 1, 0}}));
  CHECK(state.store.revive());
  CHECK(state.store.note_seen({{MacAddress(1), "x", 1, 0}}));
}

TEST_CASE("what cannot be opened says why", "[state]") {
  const auto nobody = StateDatabase::open("pgsql", "host=/nowhere dbname=x");
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().find("/nowhere") != std::string::npos);
  CHECK(nobody.error().find('\n') == std::string::npos);
  const auto unknown = StateDatabase::load_driver("nosuch");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error() ==
        "APR's database driver \"nosuch\" cannot be loaded (Debian: libaprutil1-dbd-nosuch)");
}
