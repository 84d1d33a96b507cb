// SPDX-License-Identifier: Apache-2.0
#include "apache/evidence.hpp"

#include "apache/messages.hpp"

#include <array>
#include <cstring>
#include <string_view>

namespace polyauth::apache {

namespace {

constexpr std::array<const char*, 3> kNames = {"POLYAUTH_MAC", "POLYAUTH_DECISION",
                                               "POLYAUTH_REASON"};
constexpr std::string_view kPrefix = "POLYAUTH_";
constexpr int kMaxLoggedPath = 512;

// Which of our variables an entry is, whatever its case; kNames.size() for none.
// Tables compare without case, so another spelling would answer for ours.
std::size_t index_of(const char* key) noexcept {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (key == kNames[i]) return i;
  if ((*key | 0x20) != 'p' || strncasecmp(key, kPrefix.data(), kPrefix.size()) != 0)
    return kNames.size();
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (strcasecmp(key, kNames[i]) == 0) return i;
  return kNames.size();
}

// One pass over the table instead of six look-ups. A null value leaves none.
void set_variables(apr_table_t* env, const std::array<const char*, 3>& values) {
  std::array<bool, 3> done{};
  bool again = false;
  const apr_array_header_t* const entries = apr_table_elts(env);
  auto* const first = reinterpret_cast<apr_table_entry_t*>(entries->elts);
  for (int i = 0; i < entries->nelts; ++i) {
    apr_table_entry_t& entry = first[i];
    const std::size_t index = index_of(entry.key);
    if (index == kNames.size()) continue;
    if (done[index] || values[index] == nullptr) again = true;
    entry.val = const_cast<char*>(values[index] != nullptr ? values[index] : "");
    done[index] = true;
  }
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (again) apr_table_unset(env, kNames[i]);
    if ((again || !done[i]) && values[i] != nullptr) apr_table_addn(env, kNames[i], values[i]);
  }
}

// A client's text between double quotes. httpd escapes control characters and
// '\' when it writes the line; that leaves the quote itself.
const char* quotable(request_rec* r, const char* text) {
  if (text == nullptr) return "";
  std::string_view path(text);
  path = path.substr(0, kMaxLoggedPath);
  char* const copy = apr_pstrmemdup(r->pool, path.data(), path.size());
  for (char* c = copy; *c != '\0'; ++c)
    if (*c == '"') *c = '\'';
  return copy;
}

// "reason=... device=... method=... path="..." foreign=...", absent keys left out.
const char* describe(request_rec* r, const RequestState& judged) {
  const Decision& decision = *judged.decision;
  // A look-up by file name has no URL.
  const char* const path = has_url(r) ? r->uri : r->filename;
  return apr_pstrcat(r->pool, "reason=", slug(decision.reason).data(),
                     judged.device_text != nullptr ? " device=" : "",
                     judged.device_text != nullptr ? judged.device_text : "",
                     " method=", quotable(r, r->method), " path=\"", quotable(r, path), "\"",
                     decision.foreign ? " foreign=" : "",
                     decision.foreign ? device_text(r->pool, *decision.foreign) : "", nullptr);
}

} // namespace

const char* device_text(apr_pool_t* p, const MacAddress& mac) {
  const MacAddress::Text text = mac.text();
  return apr_pstrmemdup(p, text.data(), text.size());
}

void set_environment(request_rec* r, const RequestState& judged) {
  const bool granted = judged.decision->granted();
  set_variables(r->subprocess_env, {judged.device_text,
                                    granted        ? "granted"
                                    : judged.audit ? "would-deny"
                                                   : "denied",
                                    slug(judged.decision->reason).data()});
}

void carry_environment(request_rec* r) {
  if (const RequestState* const judged = last_judged(r))
    set_environment(r, *judged);
  else
    set_variables(r->subprocess_env, {});
}

void log_refusal(request_rec* r, const RequestState& judged) {
  int level = APLOG_NOTICE;
  RequestState& client = state_of(client_request(r));
  if (r->main != nullptr || client.refusal_logged)
    level = APLOG_DEBUG;
  else
    client.refusal_logged = true;
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
