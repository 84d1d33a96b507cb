// SPDX-License-Identifier: Apache-2.0
#include "apache/state/state_handle.hpp"

#include "apache/messages.hpp"

#include <unistd.h>

#include <chrono>

namespace polyauth::apache {

namespace {

// Longer than a statement waits for other processes.
constexpr std::chrono::seconds kPatience{5};
constexpr apr_time_t kReportInterval = 60 * apr_time_t{APR_USEC_PER_SEC};

} // namespace

std::unique_lock<std::timed_mutex> StateHandle::lock_file() {
  return std::unique_lock(file_mutex_, kPatience);
}

Result<StateStore*> StateHandle::open_file() {
  // What was removed or replaced would go on to be written to, and be lost; what others may
  // use by now is looked at again.
  if (database_ && !database_->is_in_place()) close_file();
  if (store_) return &*store_;
  if (auto prepared = prepare_state_file(path_); !prepared) return Error{prepared.error()};
  auto database = StateDatabase::open_sqlite(path_);
  if (!database) return Error{database.error()};
  auto connection = StateConnection::on(database->connection());
  if (!connection) return Error{connection.error()};
  StateStore store(*connection);
  if (auto ready = store.ensure_schema(); !ready) return Error{ready.error()};
  database_ = std::move(*database);
  store_.emplace(store);
  return &*store_;
}

void StateHandle::close_file() noexcept {
  store_.reset();
  database_.reset();
}

void StateHandle::report(const std::string& problem) {
  is_away_ = true;
  const apr_time_t now = apr_time_now();
  const std::lock_guard lock(report_mutex_);
  if (problem == last_problem_ && now < last_report_ + kReportInterval && now >= last_report_)
    return;
  last_problem_ = problem;
  last_report_ = now;
  ap_log_error(APLOG_MARK, APLOG_ERR, 0, server_,
               PA4043 "PolyAuthState %s cannot be used, so one-time passwords are refused: %s",
               path_ != nullptr ? path_ : "dbd", problem.c_str());
}

void StateHandle::report_success() {
  if (!is_away_ || !is_away_.exchange(false)) return;
  ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, server_, PA4044 "PolyAuthState %s can be used again",
               path_ != nullptr ? path_ : "dbd");
  const std::lock_guard lock(report_mutex_);
  last_problem_.clear();
}

} // namespace polyauth::apache
