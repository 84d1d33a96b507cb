// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"
#include "state/state_database.hpp"
#include "state/state_store.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

namespace polyauth::apache {

// What a process keeps between two uses of PolyAuthState. On pconf; each child has its own
// copy, in which nothing has been opened yet.
class StateHandle {
public:
  StateHandle(server_rec* s, const char* path) : server_(s), path_(path) {}
  StateHandle(const StateHandle&) = delete;
  StateHandle& operator=(const StateHandle&) = delete;

  [[nodiscard]] bool is_file() const noexcept { return path_ != nullptr; }

  // The lock that open_file() and close_file() are to be called under, or that it could not
  // be had in time.
  [[nodiscard]] std::unique_lock<std::timed_mutex> lock_file();
  // The store on the SQLite file, which is opened if it is not, and anew if the path names
  // another one by now.
  Result<StateStore*> open_file();
  void close_file() noexcept;

  // Whether the tables of mod_dbd's database are there, as far as this process knows.
  std::atomic<bool> has_tables{false};

  // PA4043 and PA4044.
  void report(const std::string& problem);
  void report_success();

private:
  server_rec* server_;
  const char* path_;
  std::timed_mutex file_mutex_;
  std::optional<StateDatabase> database_;
  std::optional<StateStore> store_;

  std::mutex report_mutex_;
  std::string last_problem_;
  apr_time_t last_report_ = 0;
  std::atomic<bool> is_away_{false};
};

} // namespace polyauth::apache
