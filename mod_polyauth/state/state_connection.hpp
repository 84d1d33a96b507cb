// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

// APR's own declarations; only the sources of this room include its headers.
struct apr_pool_t;
struct apr_dbd_t;
struct apr_dbd_driver_t;
struct apr_dbd_prepared_t;
struct apr_hash_t;

namespace polyauth {

struct StateDialect;

// An open connection as apr_dbd has it, owned by somebody else: the four fields of
// mod_dbd's ap_dbd_t. `prepared` keeps statements by label, on `pool`.
struct DbdConnection {
  const apr_dbd_driver_t* driver;
  apr_dbd_t* handle;
  apr_hash_t* prepared;
  apr_pool_t* pool;
};

// One of ours; %s stands for each argument.
struct StateStatement {
  const char* label;
  const char* sql;
};

// What one answers: texts, row by row.
using StateRow = std::vector<std::string>;
using StateRows = std::vector<StateRow>;

// Runs statements on a connection that belongs to others as well: leaves no transaction, no
// setting and no failed statement behind. Not thread-safe.
class StateConnection {
public:
  // An error for a driver that we have not tried.
  static Result<StateConnection> on(const DbdConnection& connection);

  [[nodiscard]] const StateDialect& dialect() const noexcept { return *dialect_; }

  Result<StateRows> run(const StateStatement& statement,
                        std::initializer_list<std::string> arguments);
  // Without arguments, and not kept.
  Result<StateRows> run(const char* sql);
  // Runs the body between BEGIN and COMMIT; takes everything back if it gives an error.
  template <typename Body> Result<bool> transaction(Body&& body) {
    if (auto begun = begin(); !begun) return begun;
    Result<bool> done = body();
    if (done) done = commit();
    if (!done) rollback();
    return done;
  }

  // Connects anew if the server has gone away since the last use.
  Result<bool> revive();

private:
  StateConnection(const DbdConnection& connection, const StateDialect& dialect);
  Result<bool> begin();
  Result<bool> commit();
  void rollback();
  Result<apr_dbd_prepared_t*> prepare(const StateStatement& statement);
  Error failure(int code) const;

  DbdConnection dbd_;
  const StateDialect* dialect_;
  std::shared_ptr<apr_pool_t> scratch_; // of one statement
};

} // namespace polyauth
