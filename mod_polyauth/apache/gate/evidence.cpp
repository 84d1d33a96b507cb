// SPDX-License-Identifier: Apache-2.0
#include "apache/gate/evidence.hpp"

#include "apache/gate/counters.hpp"
#include "apache/messages.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string_view>

namespace polyauth::apache {

namespace {

constexpr Variables kNames = {"POLYAUTH_MAC", "POLYAUTH_DECISION", "POLYAUTH_REASON",
                              "POLYAUTH_PASSWORD_LABEL"};
constexpr std::string_view kPrefix = "POLYAUTH_";
constexpr int kMaxLoggedPath = 512;

// Which of our variables an entry is, whatever its case; kNames.size() for none.
// Tables compare without case, so another spelling would answer for ours.
[[gnu::noinline]] std::size_t index_of(const char* key) noexcept {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (key == kNames[i]) return i;
  if ((*key | 0x20) != 'p' || strncasecmp(key, kPrefix.data(), kPrefix.size()) != 0)
    return kNames.size();
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (strcasecmp(key, kNames[i]) == 0) return i;
  return kNames.size();
}

using Entries = std::span<const apr_table_entry_t>;

Entries entries_of(const apr_table_t* table) noexcept {
  const apr_array_header_t* const elements = apr_table_elts(table);
  return {reinterpret_cast<const apr_table_entry_t*>(elements->elts),
          static_cast<std::size_t>(elements->nelts)};
}

// Whether an entry is one of ours.
inline bool any_is_ours(Entries entries) noexcept {
  for (const apr_table_entry_t& entry : entries)
    if ((*entry.key | 0x20) == 'p' && index_of(entry.key) != kNames.size()) return true;
  return false;
}

// Makes the table say exactly this; nullptr: nothing. Returns where it does.
std::size_t set_variables(apr_table_t* env, const Variables& values) {
  Entries entries = entries_of(env);
  if (any_is_ours(entries)) {
    for (const char* const name : kNames) apr_table_unset(env, name);
    entries = entries_of(env);
  }
  // At each request.
#pragma GCC unroll 4
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (values[i] != nullptr) apr_table_addn(env, kNames[i], values[i]);
  return entries.size();
}

// Whether the entries that were added at `at` stand there as they were, and nothing
// of ours, in whatever spelling, has come behind them.
bool still_says(Entries entries, std::size_t at, const Variables& values) noexcept {
  const apr_table_entry_t* entry = entries.data() + std::min(at, entries.size());
  const apr_table_entry_t* const end = entries.data() + entries.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == nullptr) continue;
    if (entry == end || entry->val != values[i] || entry->key != kNames[i]) return false;
    ++entry;
  }
  return !any_is_ours({entry, end});
}

const char* password_label(const request_rec* r) noexcept {
  const RequestState* const state = password_of(r);
  return state != nullptr ? state->password_label : nullptr;
}

const char* text_of(apr_pool_t* p, const MacAddress& mac) {
  const MacAddress::Text text = mac.text();
  return apr_pstrmemdup(p, text.data(), text.size());
}

// "reason=... device=... method=... path="..." foreign=...", absent keys left out.
const char* describe(request_rec* r, const RequestState& judged) {
  const Decision& decision = *judged.decision;
  // A look-up by file name has no URL.
  const char* const path = has_url(r) ? r->uri : r->filename;
  return apr_pstrcat(
      r->pool, "reason=", slug(decision.reason).data(), decision.device ? " device=" : "",
      decision.device ? judged.device_text.data() : "", " method=", quotable(r, r->method),
      " path=\"", quotable(r, path), "\"", decision.foreign ? " foreign=" : "",
      decision.foreign ? text_of(r->pool, *decision.foreign) : "", nullptr);
}

} // namespace

const char* quotable(request_rec* r, const char* text) {
  if (text == nullptr) return "";
  std::string_view path(text);
  path = path.substr(0, kMaxLoggedPath);
  char* const copy = apr_pstrmemdup(r->pool, path.data(), path.size());
  for (char* c = copy; *c != '\0'; ++c)
    if (*c == '"') *c = '\'';
  return copy;
}

void set_environment(request_rec* r, RequestState& judged) {
  const bool granted = judged.decision->granted();
  judged.variables = {judged.decision->device ? judged.device_text.data() : nullptr,
                      granted        ? "granted"
                      : judged.audit ? "would-deny"
                                     : "denied",
                      slug(judged.decision->reason).data(), password_label(r)};
  judged.variables_at = set_variables(r->subprocess_env, judged.variables);
}

void confirm_environment(request_rec* r, RequestState& judged) {
  judged.variables.back() = password_label(r); // known since authentication
  if (!still_says(entries_of(r->subprocess_env), judged.variables_at, judged.variables))
    set_environment(r, judged);
}

void carry_environment(request_rec* r) {
  const RequestState* const judged = last_judged(r);
  Variables values = judged != nullptr ? judged->variables : Variables();
  values.back() = password_label(r);
  set_variables(r->subprocess_env, values);
}

void log_refusal(request_rec* r, const RequestState& judged) {
  int level = APLOG_NOTICE;
  RequestState& client = state_of(client_request(r));
  if (r->main != nullptr || client.refusal_logged) {
    level = APLOG_DEBUG;
  } else {
    client.refusal_logged = true;
    count_refusal(r, judged);
  }
  if (!APLOG_R_IS_LEVEL(r, level)) return;
  if (judged.audit)
    ap_log_rerror(APLOG_MARK, level, 0, r, PA5003 "would-deny %s", describe(r, judged));
  else
    ap_log_rerror(APLOG_MARK, level, 0, r, PA5002 "denied %s", describe(r, judged));
}

void log_grant(request_rec* r) {
  if (!APLOG_R_IS_LEVEL(r, APLOG_INFO)) return;
  if (const RequestState* const client = find_state(r); client != nullptr && client->refusal_logged)
    return;
  while (r->next != nullptr) r = r->next;
  for (; r != nullptr; r = r->prev) {
    const RequestState* const state = find_state(r);
    if (state == nullptr || !state->decision) continue;
    if (state->decision->granted())
      ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, PA5001 "granted %s", describe(r, *state));
    return;
  }
}

void log_vote(request_rec* r, const RequestState& judged) {
  if (!APLOG_R_IS_LEVEL(r, APLOG_INFO)) return;
  ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, PA5004 "not admitted by Require polyauth: %s",
                describe(r, judged));
}

} // namespace polyauth::apache
