// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/state_database.hpp"
#include "state/state_store.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include <cstdlib>
#include <string>
#include <string_view>

namespace polyauth::test {

// A fresh database of one of the two kinds. PostgreSQL is a real one, which the caller of the
// test has started and named in POLYAUTH_TEST_PGSQL.
class StateBackend {
public:
  explicit StateBackend(std::string_view driver) : driver_(driver) {
    if (driver_ == "sqlite3") {
      parameters_ = folder_.path() + "/state.db";
      const auto prepared = prepare_state_file(parameters_);
      REQUIRE((prepared && *prepared));
      return;
    }
    const char* const named = std::getenv("POLYAUTH_TEST_PGSQL");
    REQUIRE(named != nullptr);
    parameters_ = named;
    StateDatabase database = open();
    StateConnection connection = connect(database);
    for (const char* const table : {"polyauth_schema", "polyauth_onetime", "polyauth_seen"})
      REQUIRE(connection.run(("DROP TABLE IF EXISTS " + std::string(table)).c_str()));
  }

  [[nodiscard]] const std::string& driver() const noexcept { return driver_; }
  [[nodiscard]] const std::string& parameters() const noexcept { return parameters_; }

  [[nodiscard]] StateDatabase open() const {
    auto database = driver_ == "sqlite3" ? StateDatabase::open_sqlite(parameters_)
                                         : StateDatabase::open(driver_, parameters_);
    if (!database) FAIL(database.error());
    return *database;
  }

  static StateConnection connect(const StateDatabase& database) {
    auto connection = StateConnection::on(database.connection());
    if (!connection) FAIL(connection.error());
    return *connection;
  }

private:
  std::string driver_;
  TempDir folder_;
  std::string parameters_;
};

// One connection to it, with the tables.
struct OpenState {
  explicit OpenState(const StateBackend& backend)
      : database(backend.open()), connection(StateBackend::connect(database)), store(connection) {
    const auto ready = store.ensure_schema();
    if (!ready) FAIL(ready.error());
  }
  StateDatabase database;
  StateConnection connection;
  StateStore store;
};

} // namespace polyauth::test
