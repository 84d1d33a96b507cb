// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"
#include "apache/messages.hpp"

#include <exception>

// Nothing thrown may reach httpd's C frames: it would end the child and every
// request in it. Each entry point runs its body through one of these.
namespace polyauth::apache {

// What became of the body: its value, or `refusal` after an exception. `log`
// is called with the exception's text.
template <typename Value, typename Log, typename Body>
Value guarded(Value refusal, Log&& log, Body&& body) noexcept {
  try {
    return body();
  } catch (const std::exception& error) {
    log(error.what());
  } catch (...) {
    log("unknown exception");
  }
  return refusal;
}

// For hooks with a request: logs PA9001.
template <typename Value, typename Body>
Value guarded(request_rec* r, Value refusal, Body&& body) noexcept {
  return guarded(
      refusal,
      [r](const char* what) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, PA9001 "%s; the request is refused", what);
      },
      body);
}

// For hooks with a server: logs PA9002.
template <typename Value, typename Body>
Value guarded(server_rec* s, Value refusal, Body&& body) noexcept {
  return guarded(
      refusal,
      [s](const char* what) { ap_log_error(APLOG_MARK, APLOG_CRIT, 0, s, PA9002 "%s", what); },
      body);
}

} // namespace polyauth::apache
