// SPDX-License-Identifier: Apache-2.0
#include "apache/gate/counters.hpp"

#include "io/status_board.hpp"

#include <stdexcept>

namespace polyauth::apache {

namespace {

constexpr const char* kBoardName = "polyauth_status_board";

std::string_view text_of(const char* text) noexcept { return text != nullptr ? text : ""; }

} // namespace

void prepare_counters(Globals& globals) {
  if (!globals.has_status_page) return;
  // Outlives the configuration, and this load of the module.
  void* kept = ap_retained_data_get(kBoardName);
  if (kept == nullptr) kept = ap_retained_data_create(kBoardName, sizeof(StatusBoard*));
  auto*& board = *static_cast<StatusBoard**>(kept);
  if (board == nullptr || !board->is_ours())
    board = StatusBoard::create(apr_time_sec(apr_time_now()));
  if (board == nullptr) throw std::runtime_error("no shared memory for the status page");
  globals.status = board;
}

void count_granted(const request_rec* r, StatusBoard& board) noexcept {
  const RequestState* const client = find_state(r);
  if (client != nullptr && client->refusal_logged) return;
  const std::int64_t now = apr_time_sec(r->request_time);
  while (r->next != nullptr) r = r->next;
  for (; r != nullptr; r = r->prev) {
    const RequestState* const state = find_state(r);
    if (state == nullptr || !state->decision) continue;
    if (state->decision->granted())
      board.requests.count(state->decision->reason, Outcome::kGranted, now);
    return;
  }
}

void note_refusal(const request_rec* r, const RequestState& judged, StatusBoard& board) noexcept {
  const std::int64_t now = apr_time_sec(r->request_time);
  board.requests.count(judged.decision->reason,
                       judged.audit ? Outcome::kWouldDeny : Outcome::kRefused, now);
  board.refusals.note(
      now, *judged.decision, judged.audit,
      {text_of(r->method), text_of(has_url(r) ? r->uri : r->filename), text_of(r->useragent_ip)});
}

} // namespace polyauth::apache
