// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <memory>
#include <string>

#include <sys/types.h>

// APR's own declarations; only the sources of this room include its headers.
struct apr_pool_t;
struct apr_dbd_t;
struct apr_dbd_driver_t;
struct apr_hash_t;

namespace polyauth {

// An open connection as apr_dbd has it, owned by somebody else: the four fields of
// mod_dbd's ap_dbd_t. `prepared` keeps our statements, on `pool`.
struct StateConnection {
  const apr_dbd_driver_t* driver;
  apr_dbd_t* handle;
  apr_hash_t* prepared;
  apr_pool_t* pool;
};

// A database that we have opened by ourselves. Not to be carried over a fork, and not
// thread-safe.
class StateDatabase {
public:
  // To be called once before children are made: loads APR's driver. An error says
  // which package is missing.
  static Result<bool> load_driver(const std::string& driver);

  // Creates the file with mode 0600 if there is none, before SQLite sees it, for `owner`
  // (-1: whoever calls). An error if it is no regular file, is another's, or group or
  // others have any permission.
  static Result<bool> prepare_file(const std::string& path, uid_t owner, gid_t group);

  // Opens an SQLite file that is as prepare_file() leaves it.
  static Result<StateDatabase> open_sqlite(const std::string& path);
  // Opens what `parameters` name, with any driver that we know: sqlite3, pgsql.
  static Result<StateDatabase> open(const std::string& driver, const std::string& parameters);

  [[nodiscard]] StateConnection connection() const noexcept;

  // Whether the path still names the file that was opened.
  [[nodiscard]] bool is_in_place() const noexcept;

private:
  struct Opened;
  explicit StateDatabase(std::shared_ptr<Opened> opened);
  std::shared_ptr<Opened> opened_;
};

} // namespace polyauth
