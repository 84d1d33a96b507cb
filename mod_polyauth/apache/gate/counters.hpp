// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/config.hpp"
#include "apache/gate/request_state.hpp"
#include "apache/httpd.hpp"

// Counts what the status page tells: each client's request once, as the error log would
// have it, and no look-up. Without such a page nothing is counted.
namespace polyauth::apache {

// From post_config: a restart goes on counting. Throws.
void prepare_counters(Globals& globals);

void count_granted(const request_rec* r, StatusBoard& board) noexcept;
void note_refusal(const request_rec* r, const RequestState& judged, StatusBoard& board) noexcept;

// From log_transaction, for a request whose last word was a grant.
inline void count_grant(const request_rec* r) noexcept {
  if (StatusBoard* const board = globals(r->server).status) count_granted(r, *board);
}

// When the one line of a refusal is written.
inline void count_refusal(const request_rec* r, const RequestState& judged) noexcept {
  if (StatusBoard* const board = globals(r->server).status) note_refusal(r, judged, *board);
}

} // namespace polyauth::apache
