// SPDX-License-Identifier: Apache-2.0
#include "state/state_connection.hpp"

#include "state/state_schema.hpp"

#include <apr_dbd.h>
#include <apr_hash.h>
#include <apr_pools.h>
#include <apr_time.h>

#include <new>
#include <string_view>

namespace polyauth {

namespace {

constexpr StateStatement kProbe = {"polyauth_probe", "SELECT 1"};
constexpr StateStatement kCommit = {"polyauth_commit", "COMMIT"};
constexpr StateStatement kRollback = {"polyauth_rollback", "ROLLBACK"};

// Where it finds the file locked, apr_dbd_sqlite3 tries 16 times, 100 ms apart, to run a
// statement, but only once to prepare one.
constexpr int kPrepareAttempts = 16;
constexpr apr_interval_time_t kPreparePause = 20'000;

// SQLite's words for a statement of which nothing was done, because tables were made or taken
// back since it was prepared: apr_dbd_sqlite3 prepares in the old way.
bool is_outdated(const std::string& error) {
  return error == "not an error" || error == "database schema has changed";
}

// Everything, copied: PostgreSQL's values go with the result.
StateRows rows_of(const DbdConnection& dbd, apr_pool_t* pool, apr_dbd_results_t* results) {
  StateRows rows;
  const int columns = apr_dbd_num_cols(dbd.driver, results);
  apr_dbd_row_t* row = nullptr;
  while (apr_dbd_get_row(dbd.driver, pool, results, &row, -1) == 0) {
    StateRow& texts = rows.emplace_back();
    for (int i = 0; i < columns; ++i) {
      const char* const text = apr_dbd_get_entry(dbd.driver, row, i);
      texts.emplace_back(text != nullptr ? text : "");
    }
  }
  return rows;
}

Result<bool> done(const Result<StateRows>& rows) {
  if (!rows) return Error{rows.error()};
  return true;
}

// Whatever a statement needed, given back.
class Scratch {
public:
  explicit Scratch(apr_pool_t* pool) : pool_(pool) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { apr_pool_clear(pool_); }

private:
  apr_pool_t* pool_;
};

} // namespace

StateConnection::StateConnection(const DbdConnection& connection, const StateDialect& dialect)
    : dbd_(connection), dialect_(&dialect) {
  apr_pool_t* pool = nullptr;
  // Of no other pool: those of the server are not to be touched by several threads.
  if (apr_pool_create_unmanaged_ex(&pool, nullptr, nullptr) != APR_SUCCESS) throw std::bad_alloc();
  scratch_ = std::shared_ptr<apr_pool_t>(pool, [](apr_pool_t* p) { apr_pool_destroy(p); });
}

Result<StateConnection> StateConnection::on(const DbdConnection& connection) {
  const std::string driver = apr_dbd_name(connection.driver);
  const StateDialect* const dialect = state_dialect(driver);
  if (dialect == nullptr)
    return Error{"the database driver \"" + driver +
                 "\" is not supported; accepted are sqlite3 and pgsql"};
  return StateConnection(connection, *dialect);
}

Error StateConnection::failure(int code) const {
  const char* const text = apr_dbd_error(dbd_.driver, dbd_.handle, code);
  const std::string_view whole = text != nullptr && *text != '\0' ? text : "no reason given";
  // PostgreSQL's go on for lines, with details of what was to be stored.
  return Error{std::string(whole.substr(0, whole.find('\n')))};
}

// Without a name apr_dbd_pgsql keeps the text and sends it along with the arguments: a name
// would be unknown to the server after each PQreset, and to a pooler always. SQLite prepares
// it all the same.
Result<apr_dbd_prepared_t*> StateConnection::prepare(const StateStatement& statement) {
  const void* const kept = apr_hash_get(dbd_.prepared, statement.label, APR_HASH_KEY_STRING);
  auto* prepared = static_cast<apr_dbd_prepared_t*>(const_cast<void*>(kept));
  for (int left = kPrepareAttempts; prepared == nullptr;) {
    const int code =
        apr_dbd_prepare(dbd_.driver, dbd_.pool, dbd_.handle, statement.sql, nullptr, &prepared);
    if (code == 0) {
      apr_hash_set(dbd_.prepared, statement.label, APR_HASH_KEY_STRING, prepared);
      break;
    }
    prepared = nullptr;
    Error error = failure(code);
    if (--left == 0 || error.text != "database is locked") return error;
    apr_sleep(kPreparePause);
  }
  return prepared;
}

Result<StateRows> StateConnection::run(const StateStatement& statement,
                                       std::initializer_list<std::string> arguments) {
  const Scratch scratch(scratch_.get());
  std::vector<const char*> values;
  for (const std::string& argument : arguments) values.push_back(argument.c_str());
  for (bool again = false;; again = true) {
    const auto prepared = prepare(statement);
    if (!prepared) return Error{prepared.error()};
    apr_dbd_results_t* results = nullptr;
    const int code = apr_dbd_pselect(dbd_.driver, scratch_.get(), dbd_.handle, &results, *prepared,
                                     1, static_cast<int>(values.size()), values.data());
    if (code == 0) return rows_of(dbd_, scratch_.get(), results);
    Error error = failure(code);
    if (again || !is_outdated(error.text)) return error;
    apr_hash_set(dbd_.prepared, statement.label, APR_HASH_KEY_STRING, nullptr);
  }
}

Result<StateRows> StateConnection::run(const char* sql) {
  const Scratch scratch(scratch_.get());
  apr_dbd_results_t* results = nullptr;
  if (const int code = apr_dbd_select(dbd_.driver, scratch_.get(), dbd_.handle, &results, sql, 1);
      code != 0)
    return failure(code);
  return rows_of(dbd_, scratch_.get(), results);
}

// Not by apr_dbd_transaction_start: with a lost connection that of PostgreSQL follows a null
// pointer, and that of SQLite takes the transaction for begun.
Result<bool> StateConnection::begin() { return done(run(dialect_->begin, {})); }

Result<bool> StateConnection::commit() { return done(run(kCommit, {})); }

// If this fails as well, the connection is gone, and the transaction with it.
void StateConnection::rollback() { (void)run(kRollback, {}); }

Result<bool> StateConnection::revive() {
  // apr_dbd_check_conn alone believes what it last knew.
  if (run(kProbe, {})) return true;
  if (apr_dbd_check_conn(dbd_.driver, scratch_.get(), dbd_.handle) != APR_SUCCESS)
    return failure(0);
  return done(run(kProbe, {}));
}

} // namespace polyauth
