// SPDX-License-Identifier: Apache-2.0
#include "apache/evidence.hpp"

#include "apache/messages.hpp"
#include "apache/request_state.hpp"

#include <array>
#include <string_view>

namespace polyauth::apache {

namespace {

constexpr const char* kMac = "POLYAUTH_MAC";
constexpr const char* kDecision = "POLYAUTH_DECISION";
constexpr const char* kReason = "POLYAUTH_REASON";
constexpr int kMaxLoggedPath = 512;

const char* text_of(apr_pool_t* p, const MacAddress& mac) {
  const MacAddress::Text text = mac.text();
  return apr_pstrmemdup(p, text.data(), text.size());
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
const char* describe(request_rec* r, const Decision& decision) {
  // A look-up by file name has no URL.
  const char* const path = r->uri != nullptr && *r->uri != '\0' ? r->uri : r->filename;
  return apr_pstrcat(
      r->pool, "reason=", slug(decision.reason).data(), decision.device ? " device=" : "",
      decision.device ? text_of(r->pool, *decision.device) : "", " method=", quotable(r, r->method),
      " path=\"", quotable(r, path), "\"", decision.foreign ? " foreign=" : "",
      decision.foreign ? text_of(r->pool, *decision.foreign) : "", nullptr);
}

} // namespace

void set_environment(request_rec* r, const Decision& decision, Mode mode) {
  apr_table_t* const env = r->subprocess_env;
  if (decision.device)
    apr_table_setn(env, kMac, text_of(r->pool, *decision.device));
  else
    apr_table_unset(env, kMac);
  apr_table_setn(env, kDecision,
                 decision.granted()     ? "granted"
                 : mode == Mode::kAudit ? "would-deny"
                                        : "denied");
  apr_table_setn(env, kReason, slug(decision.reason).data());
}

void carry_environment(request_rec* r) {
  if (const RequestState* const judged = last_judged(r)) {
    set_environment(r, *judged->decision, judged->audit ? Mode::kAudit : Mode::kOn);
    return;
  }
  for (const char* const name : {kMac, kDecision, kReason})
    apr_table_unset(r->subprocess_env, name);
}

void log_refusal(request_rec* r, const Decision& decision, Mode mode) {
  int level = APLOG_NOTICE;
  RequestState& client = state_of(client_request(r));
  if (r->main != nullptr || client.refusal_logged)
    level = APLOG_DEBUG;
  else
    client.refusal_logged = true;
  if (!APLOG_R_IS_LEVEL(r, level)) return;
  if (mode == Mode::kAudit)
    ap_log_rerror(APLOG_MARK, level, 0, r, PA5003 "would-deny %s", describe(r, decision));
  else
    ap_log_rerror(APLOG_MARK, level, 0, r, PA5002 "denied %s", describe(r, decision));
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
      ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, PA5001 "granted %s",
                    describe(r, *state->decision));
    return;
  }
}

void log_vote(request_rec* r, const Decision& decision) {
  if (!APLOG_R_IS_LEVEL(r, APLOG_INFO)) return;
  ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, PA5004 "not admitted by Require polyauth: %s",
                describe(r, decision));
}

} // namespace polyauth::apache
