// SPDX-License-Identifier: Apache-2.0
#include "apache/gate.hpp"

#include "apache/boundary.hpp"
#include "apache/device.hpp"
#include "apache/evidence.hpp"
#include "apache/request_state.hpp"
#include "apache/resource.hpp"

#include <cstring>
#include <optional>

namespace polyauth::apache {

namespace {

Decision decide_now(request_rec* r, Handler handler, Scope scope) {
  const DirConfig& config = dir_config(r);
  const Globals& defaults = globals(r->server);
  if (defaults.refuses(r->server)) return {};
  const MatchSetting match = config.match.value_or(MatchSetting{});
  Policy policy;
  policy.match = match.match;
  policy.query_name = match.query_name;
  policy.shared = config.shared != nullptr ? config.shared : &defaults.default_shared;
  policy.uploads = config.uploads != nullptr ? config.uploads : &defaults.default_uploads;
  // A request that was found to be the device's own stays so when httpd maps it
  // to a name that tells nothing, in itself or in an inner request.
  const RequestState* const before = last_judged(r);
  const bool from_own_file = before != nullptr && before->decision->reason == Reason::kOwnFile;
  const Resource resource = describe_resource(r, handler, from_own_file);
  ServerDeviceAnswers device(r, config, defaults);
  return decide(policy, resource, device, scope);
}

// What the request is held to: by PolyAuth, or by Require polyauth that has
// admitted it; nothing if the section is not governed.
struct Governance {
  Mode mode;
  Scope scope;
};
std::optional<Governance> governance(request_rec* r) noexcept {
  const Mode mode = dir_config(r).effective_mode();
  if (mode != Mode::kOff) return Governance{mode, Scope::kOwnership};
  if (const auto scope = admitted_scope(r)) return Governance{Mode::kOn, *scope};
  return std::nullopt;
}

int deny_status(const request_rec* r) noexcept {
  return dir_config(r).deny_status.value_or(HTTP_FORBIDDEN);
}

// DECLINED, or the status of a refusal. Idempotent; every hook calls it.
int enforce(request_rec* r, Handler handler) noexcept {
  return guarded(r, HTTP_FORBIDDEN, [&]() -> int {
    const auto governed = governance(r);
    if (!governed) return DECLINED;
    keep_private(r);
    const auto [decision, is_new] = judge(r, handler, governed->scope);
    state_of(r).audit = governed->mode == Mode::kAudit;
    set_environment(r, decision, governed->mode);
    if (decision.granted()) return DECLINED;
    if (is_new) log_refusal(r, decision, governed->mode);
    return governed->mode == Mode::kAudit ? DECLINED : deny_status(r);
  });
}

// The early refusal, in the phase where an administrator expects it, and after
// mod_ssl has asked for a certificate where a directory wants one.
extern "C" int polyauth_check_access(request_rec* r) { return enforce(r, Handler::kUnknown); }

// httpd skips the access phase of inner requests in the same section, and what
// it says under Satisfy Any. This phase it skips never.
extern "C" int polyauth_first_fixup(request_rec* r) { return enforce(r, Handler::kUnknown); }

// After rewriting in a directory, and after mod_proxy has written the URL that
// it sends; before anyone reads the environment.
extern "C" int polyauth_last_fixup(request_rec* r) {
  if (governance(r)) return enforce(r, Handler::kUnknown);
  carry_environment(r);
  // An internal fast redirect to an ungoverned script forgets that the request
  // was private.
  if (find_state(r) != nullptr && find_state(r)->decision) r->no_cache = 1;
  return DECLINED;
}

// A request that was overwritten in place (DirectoryIndex, negotiation) has not
// been through the phases above in this form.
extern "C" int polyauth_first_handler(request_rec* r) { return enforce(r, Handler::kUnknown); }

// Nobody else has answered: httpd is about to send the file.
extern "C" int polyauth_last_handler(request_rec* r) {
  const auto governed = governance(r);
  if (!governed) return DECLINED;
  const Match match = dir_config(r).match.value_or(MatchSetting{}).match;
  const bool asks_for_file = match == Match::kUri || match == Match::kQuery;
  if (!asks_for_file && std::strcmp(r->method, "POST") != 0) return DECLINED;
  return enforce(r, Handler::kFile);
}

extern "C" int polyauth_log_transaction(request_rec* r) {
  return guarded(r, DECLINED, [r] { return log_grant(r), DECLINED; });
}

} // namespace

Judgement judge(request_rec* r, Handler handler, Scope scope) noexcept {
  RequestState& state = state_of(r);
  if (same_as_judged(r, state, handler, scope)) return {*state.decision, false};
  state.decision = guarded(r, Decision(), [&] { return decide_now(r, handler, scope); });
  return {*state.decision, true};
}

void keep_private(request_rec* r) {
  // A page that includes a device's file is as private as the file.
  for (request_rec* p = r; p != nullptr; p = p->main) p->no_cache = 1;
  const char* const control = apr_table_get(r->err_headers_out, "Cache-Control");
  if (control == nullptr)
    apr_table_setn(r->err_headers_out, "Cache-Control", "private");
  else if (ap_find_token(r->pool, control, "private") == 0)
    apr_table_mergen(r->err_headers_out, "Cache-Control", "private");
}

void register_gate_hooks() {
  static const char* const after_ssl[] = {"mod_ssl.c", nullptr};
  static const char* const before_cache[] = {"mod_cache.c", nullptr};
  // PER_CONF: anything else would switch httpd's own rule off for every module.
  ap_hook_check_access(polyauth_check_access, after_ssl, nullptr, APR_HOOK_LAST,
                       AP_AUTH_INTERNAL_PER_CONF);
  ap_hook_fixups(polyauth_first_fixup, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  ap_hook_fixups(polyauth_last_fixup, nullptr, nullptr, APR_HOOK_REALLY_LAST);
  ap_hook_handler(polyauth_first_handler, nullptr, before_cache, APR_HOOK_REALLY_FIRST);
  // Directly before httpd's own file handler. A list of successors would not do:
  // core has a handler at the other end as well.
  ap_hook_handler(polyauth_last_handler, nullptr, nullptr, APR_HOOK_REALLY_LAST - 1);
  ap_hook_log_transaction(polyauth_log_transaction, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace polyauth::apache
