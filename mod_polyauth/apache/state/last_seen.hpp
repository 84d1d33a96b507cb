// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/config.hpp"
#include "apache/gate/request_state.hpp"
#include "apache/httpd.hpp"
#include "apache/state/open_windows.hpp"
#include "core/mac_address.hpp"
#include "state/login_queue.hpp"

#include <mutex>
#include <string_view>
#include <vector>

// Which device has last logged in with which password: kept in a queue of the process
// and written to PolyAuthState by a watchdog, never on the way of a request.
namespace polyauth::apache {

// This device was let in by one of our providers. A regular password ends the window of
// the device's one-time password: at once if that was used on this server, or some seconds ago
// on another, otherwise when the queue is written. Nothing without PolyAuthState. Called once for
// each granted password; cheap.
void note_login(request_rec* r, const MacAddress& device, std::string_view label,
                PasswordSource source) noexcept;

// The device has used a one-time password on this server.
void note_open_window(const request_rec* r, const MacAddress& device) noexcept;

// From post_config: the shared memory and the watchdog. False if a start must fail.
[[nodiscard]] bool start_last_seen(Globals& globals, apr_pool_t* pconf, server_rec* s);

// What waits is written also at the end of a child.
void register_last_seen_hooks();

// Brings the queue of a process into the database. Thread-safe.
class LastSeen {
public:
  LastSeen(server_rec* s, OpenWindows& windows) : server_(s), windows_(windows) {}
  LastSeen(const LastSeen&) = delete;
  LastSeen& operator=(const LastSeen&) = delete;

  [[nodiscard]] OpenWindows& windows() noexcept { return windows_; }
  [[nodiscard]] LoginQueue& queue() noexcept { return queue_; }

  // Writes what waits to PolyAuthState, and now and then looks what other servers have written.
  // What cannot be written goes on waiting, and is not tried again for a while unless it is the
  // last time. Nothing is written after that.
  enum class When : bool { kNow, kAtTheEnd };
  void flush(When when);

private:
  using Login = LoginQueue::Login;

  Result<bool> look(std::int64_t now);
  Result<bool> write(const std::vector<Login>& logins);
  void report_lost();

  server_rec* server_;
  OpenWindows& windows_;
  LoginQueue queue_;
  std::mutex flushing_; // held for as long as a connection may be; and of what follows
  apr_time_t last_report_ = 0;
  apr_time_t next_try_ = 0;
  bool ended_ = false;
};

} // namespace polyauth::apache
