// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "state/state_connection.hpp"

#include <memory>
#include <string>
#include <sys/types.h>

namespace polyauth {

// APR for a program that is not httpd; once, and longer than any database.
class AprLibrary {
public:
  AprLibrary();
  ~AprLibrary();
  AprLibrary(const AprLibrary&) = delete;
  AprLibrary& operator=(const AprLibrary&) = delete;
};

// A database that we have opened by ourselves. Not to be carried over a fork, and not
// thread-safe.
class StateDatabase {
public:
  // Loads APR's driver, for good; an error says what is missing. In a server before it has
  // children.
  static Result<bool> load_driver(const std::string& driver);

  // Opens an SQLite file that is as prepare_state_file() leaves it.
  static Result<StateDatabase> open_sqlite(const std::string& path);
  // Opens what `parameters` name.
  static Result<StateDatabase> open(const std::string& driver, const std::string& parameters);

  [[nodiscard]] DbdConnection connection() const noexcept;

  // Whether the path still names the SQLite file that was opened, with the same owner and mode.
  [[nodiscard]] bool is_in_place() const noexcept;

private:
  struct Opened;
  explicit StateDatabase(std::shared_ptr<Opened> opened) : opened_(std::move(opened)) {}
  std::shared_ptr<Opened> opened_;
};

// Whether others than root, the owner and `group` can write to the folder of the file: by a
// journal beside it they could say what it holds. False for a folder that is not there.
[[nodiscard]] bool others_can_write_beside(const std::string& path, gid_t group);
// Creates the file with mode 0600 if there is none, before SQLite sees it. An error if what is
// there is no regular file, is another user's, or if group or others have any permission.
Result<bool> prepare_state_file(const std::string& path);
// The same for a file of `owner` (-1: whoever's), without creating anything: false if there is
// none.
Result<bool> check_state_file(const std::string& path, uid_t owner);

} // namespace polyauth
