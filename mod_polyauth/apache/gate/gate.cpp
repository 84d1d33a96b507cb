// SPDX-License-Identifier: Apache-2.0
#include "apache/gate/gate.hpp"

#include "apache/boundary.hpp"
#include "apache/gate/counters.hpp"
#include "apache/gate/device.hpp"
#include "apache/gate/evidence.hpp"
#include "apache/gate/private_answer.hpp"
#include "apache/gate/request_state.hpp"
#include "apache/gate/resource.hpp"
#include "apache/passwords/user_check.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <optional>
#include <string_view>

namespace polyauth::apache {

namespace {

// The settings that a request is judged by: those of its section. A look-up by
// file name outside its directory has no URL, so no <Location> can match it: of
// its section and what governs the request that it serves, the stricter holds.
const DirConfig& strictest_settings(const request_rec* r) noexcept {
  const DirConfig* strictest = &dir_config(r);
  while (!has_url(r) && r->main != nullptr) {
    r = r->main;
    if (dir_config(r).effective_mode() > strictest->effective_mode()) strictest = &dir_config(r);
  }
  return *strictest;
}
inline const DirConfig& settings(const request_rec* r) noexcept {
  return r->main == nullptr ? dir_config(r) : strictest_settings(r);
}

// Not a part of decide_now(): what nearly no request needs shall cost the others nothing.
[[gnu::noinline]] Decision decide_in_full(request_rec* r, const RequestState& state,
                                          const DirConfig& config, const Globals& defaults,
                                          ServerDeviceAnswers& device,
                                          const std::optional<MacAddress>& admitted) {
  const MatchRule& match = config.match != nullptr ? *config.match : defaults.default_match;
  const Policy policy = {match.match, match.query_name,
                         config.shared != nullptr ? config.shared : &defaults.default_shared,
                         config.uploads != nullptr ? config.uploads : &defaults.default_uploads};
  // A request that was found to be the device's own stays so when httpd maps it
  // to a name that tells nothing, in itself or in an inner request.
  const RequestState* const before = last_judged(r);
  const bool from_own_file = before != nullptr && before->decision->reason == Reason::kOwnFile;
  const Resource resource = describe_resource(r, state.handler, from_own_file);
  return decide_knowing(admitted, policy, resource, device, state.scope);
}

void decide_now(request_rec* r, RequestState& state) {
  const DirConfig& config = settings(r);
  const Globals& defaults = globals(r->server);
  if (defaults.refuses(r->server)) {
    state.decision = Decision();
    return;
  }
  ServerDeviceAnswers device(r, config, defaults);
  const auto admitted = device.admitted();
  const Match match = config.match != nullptr ? config.match->match : defaults.default_match.match;
  if (admitted && state.scope == Scope::kOwnership && reads_named_file(r) &&
      is_plainly_own_file(match, r->uri, *admitted))
    state.decision.emplace(Decision{Reason::kOwnFile, admitted, std::nullopt});
  else
    state.decision = decide_in_full(r, state, config, defaults, device, admitted);
  if (const auto& mac = state.decision->device) device.write_text(*mac, state.device_text);
}

// What the request is held to: by PolyAuth, or by Require polyauth that has
// admitted it; nothing if the section is not governed.
struct Governance {
  Mode mode;
  Scope scope;
};
inline std::optional<Governance> governance(const request_rec* r, Mode mode) noexcept {
  // The onboarding page has no files: of each name it tells the device its own, or 404.
  if (mode == Mode::kOn)
    return Governance{mode, dir_config(r).page == Page::kOnboarding ? Scope::kNoForeign
                                                                    : Scope::kOwnership};
  // Audit does not soften what Require polyauth has promised.
  if (const auto scope = admitted_scope(r)) return Governance{Mode::kOn, *scope};
  if (mode == Mode::kAudit) return Governance{mode, Scope::kOwnership};
  return std::nullopt;
}

int deny_status(const request_rec* r) noexcept {
  return settings(r).deny_status.value_or(HTTP_FORBIDDEN);
}

// Whether some virtual host lets expired certificates in.
bool admits_expired(const request_rec* r) noexcept {
  return !globals(r->server).listed_contexts.empty();
}

// Refuses what PolyAuth On does not answer for, because the certificate was let in
// for the sake of what it does.
[[gnu::cold, gnu::noinline]] int refuse_expired(request_rec* r) noexcept {
  RequestState& state = state_of(r);
  const bool is_new = !state.decision || state.decision->reason != Reason::kCertificateExpired;
  state.audit = false;
  if (is_new) {
    state.decision = Decision{Reason::kCertificateExpired, std::nullopt, std::nullopt};
    state.settles = false;
    keep_private(r);
    set_environment(r, state);
    log_refusal(r, state);
  }
  return deny_status(r);
}

[[gnu::noinline]] int enforce_in_full(request_rec* r, Handler handler, Mode mode) noexcept {
  if (mode != Mode::kOn && admits_expired(r) && rides_on_expired_certificate(r))
    return refuse_expired(r);
  const auto governed = governance(r, mode);
  if (!governed) return DECLINED;
  const bool is_new = judge(r, handler, governed->scope);
  RequestState& state = *find_state(r);
  state.audit = governed->mode == Mode::kAudit;
  // PolyAuth On asks more than whether a certificate's time is over.
  state.settles = state.decision->granted() && (mode == Mode::kOn || !admits_expired(r));
  if (is_new) {
    keep_private(r);
    set_environment(r, state);
  }
  if (state.decision->granted()) return DECLINED;
  if (is_new) log_refusal(r, state);
  return state.audit ? DECLINED : deny_status(r);
}

// DECLINED, or the status of a refusal. Idempotent; every hook calls it, and nearly always
// only the first one has to: the rest is not a part of the others, which are cheap then.
inline int enforce(request_rec* r, Handler handler) noexcept {
  const Mode mode = settings(r).effective_mode();
  // Nothing of ours has looked at it, nor at another one before it.
  const auto untouched = [r] { return find_state(r) == nullptr && parent(r) == nullptr; };
  if (mode == Mode::kOff && untouched() && !admits_expired(r)) return DECLINED;
  return enforce_in_full(r, handler, mode);
}

// Whether a hook has nothing to ask: the request was granted, and since then
// nobody has mapped it anew. Five hooks ask at each request.
[[gnu::always_inline]] inline bool is_settled(const request_rec* r) noexcept {
  const RequestState* const state = find_state(r);
  return state != nullptr && state->settles && is_as_judged(r, *state);
}

// The early refusal, in the phase where an administrator expects it, and after
// mod_ssl has asked for a certificate where a directory wants one.
extern "C" int polyauth_check_access(request_rec* r) { return enforce(r, Handler::kUnknown); }

[[gnu::noinline]] int check_user(request_rec* r) noexcept {
  return guarded(r, HTTP_UNAUTHORIZED, [r] { return check_user_name(r); });
}

// httpd skips the access phase of inner requests in the same section, and what
// it says under Satisfy Any. This phase it skips never.
extern "C" int polyauth_first_fixup(request_rec* r) {
  if (!is_settled(r))
    if (const int refusal = enforce(r, Handler::kUnknown); refusal != DECLINED) return refusal;
  return r->user == nullptr ? DECLINED : check_user(r);
}

// What a request that is not governed inherits.
[[gnu::noinline]] void carry_over(request_rec* r) {
  carry_environment(r);
  restore_answer(r);
}

// After SetEnv and RewriteRule have written to the environment, before
// RequestHeader passes it on.
extern "C" int polyauth_environment_fixup(request_rec* r) {
  RequestState* const state = find_state(r);
  if (state != nullptr && state->decision)
    confirm_environment(r, *state);
  else
    carry_over(r);
  return DECLINED;
}

[[gnu::noinline]] int enforce_at_last(request_rec* r) {
  if (const int refusal = enforce(r, Handler::kUnknown); refusal != DECLINED) return refusal;
  RequestState* const state = find_state(r);
  if (state == nullptr || !state->decision) return DECLINED;
  if (governance(r, settings(r).effective_mode())) return DECLINED;
  // An internal fast redirect to an ungoverned script: it is the device's all the
  // same, and no less private.
  confirm_environment(r, *state);
  r->no_cache = 1;
  return DECLINED;
}

// After rewriting in a directory, and after mod_proxy has written the URL that
// it sends.
extern "C" int polyauth_last_fixup(request_rec* r) {
  return is_settled(r) ? DECLINED : enforce_at_last(r);
}

// Whether the decision may depend on who answers.
bool asks_for_file(const request_rec* r) noexcept {
  const MatchRule* const rule = settings(r).match;
  return r->method_number == M_POST ||
         (rule != nullptr && (rule->match == Match::kUri || rule->match == Match::kQuery));
}

// Whether one of httpd's own handlers answers that send the mapped file itself, or a part of it.
bool sends_file(const request_rec* r) noexcept {
  static constexpr const char* kNames[] = {"send-as-is", "httpd/send-as-is",
                                           "imap-file",  "application/x-httpd-imap",
                                           "type-map",   "application/x-type-map"};
  return r->handler != nullptr &&
         std::any_of(std::begin(kNames), std::end(kNames), [r](auto* name) {
           return *name == *r->handler && std::strcmp(name, r->handler) == 0;
         });
}

// A request that was overwritten in place after the phases above.
extern "C" int polyauth_first_handler(request_rec* r) {
  if (is_settled(r) && !asks_for_file(r)) return DECLINED;
  return enforce(r, sends_file(r) ? Handler::kFile : Handler::kUnknown);
}

// Nobody else has answered, but somebody may have mapped the request anew: httpd is about to
// send the file.
extern "C" int polyauth_last_handler(request_rec* r) {
  const bool asks = asks_for_file(r);
  if (asks || !is_settled(r))
    if (const int refusal = enforce(r, asks ? Handler::kFile : Handler::kUnknown);
        refusal != DECLINED)
      return refusal;
  lighten_answer(r);
  return DECLINED;
}

// httpd is about to answer with an error instead.
extern "C" void polyauth_before_error_answer(request_rec* r) { restore_answer(r); }

// Before mod_cache, or another, answers without any of the phases above: with such a
// certificate every request goes through all of them.
extern "C" int polyauth_quick_handler(request_rec* r, int lookup) {
  if (!globals(r->server).has_quick_handlers || !admits_expired(r) ||
      !rides_on_expired_certificate(r))
    return DECLINED;
  // A look-up that httpd runs later has been through them then; what it is redirected to
  // has not.
  if (lookup != 0 || r->main == nullptr || r->prev != nullptr)
    if (const int status = ap_process_request_internal(r); status != OK) return status;
  return lookup != 0 ? OK : ap_invoke_handler(r);
}

// TRACE and "OPTIONS *" end here, before any phase that asks.
extern "C" int polyauth_map_to_storage(request_rec* r) {
  if (!admits_expired(r)) return DECLINED;
  const bool ends_here =
      r->method_number == M_TRACE || (r->uri != nullptr && r->uri[0] == '*' && r->uri[1] == '\0');
  return ends_here && rides_on_expired_certificate(r) ? refuse_expired(r) : DECLINED;
}

[[gnu::noinline]] int log_transaction(request_rec* r) noexcept {
  return guarded(r, DECLINED, [r] { return log_grant(r), DECLINED; });
}
extern "C" int polyauth_log_transaction(request_rec* r) {
  count_grant(r);
  return APLOG_R_IS_LEVEL(r, APLOG_INFO) ? log_transaction(r) : DECLINED;
}

} // namespace

bool judge(request_rec* r, Handler handler, Scope scope) noexcept {
  RequestState& state = state_of(r);
  if (state.decision && state.handler == handler && state.scope == scope && is_as_judged(r, state))
    return false;
  // Require polyauth-device has not asked whose it is: that is for what it came from to say.
  if (state.scope == Scope::kDeviceOnly) state.forget();
  state.texts = RequestTexts::of(r);
  state.section = r->per_dir_config;
  state.handler = handler;
  state.scope = scope;
  const bool decided = guarded(r, false, [&] { return decide_now(r, state), true; });
  if (!decided) state.decision = Decision();
  if (state.user_refused && state.decision->granted())
    state.decision->reason = Reason::kUserNotDevice;
  state.settles = false; // for whoever asks: the rest may ask more
  return true;
}

bool is_audited(const request_rec* r) noexcept {
  const auto governed = governance(r, settings(r).effective_mode());
  return governed && governed->mode == Mode::kAudit;
}

Decision identify_device(request_rec* r) noexcept {
  const Globals& defaults = globals(r->server);
  if (defaults.refuses(r->server)) return {};
  return guarded(r, Decision(), [&] {
    ServerDeviceAnswers device(r, settings(r), defaults);
    return identify(device);
  });
}

void keep_private(request_rec* r) {
  if (RequestState* const state = find_state(r)) state->is_private = true;
  // Also a page that includes a device's file is not stored. Without a cache in
  // the server there is nothing to tell it.
  if (globals(r->server).has_cache)
    for (request_rec* p = r; p != nullptr; p = p->main) p->no_cache = 1;
  const char* const control = apr_is_empty_table(r->err_headers_out)
                                  ? nullptr
                                  : apr_table_get(r->err_headers_out, kCacheControl);
  if (control == nullptr)
    apr_table_addn(r->err_headers_out, kCacheControl, kPrivate);
  else if (ap_find_token(r->pool, control, kPrivate) == 0)
    apr_table_mergen(r->err_headers_out, kCacheControl, kPrivate);
}

void register_gate_hooks() {
  static const char* const after_ssl[] = {"mod_ssl.c", nullptr};
  static const char* const before_headers[] = {"mod_headers.c", nullptr};
  static const char* const before_cache[] = {"mod_cache.c", nullptr};
  static const char* const before_file_cache[] = {"mod_file_cache.c", nullptr};
  // PER_CONF: anything else would switch httpd's own rule off for every module.
  ap_hook_check_access(polyauth_check_access, after_ssl, nullptr, APR_HOOK_LAST,
                       AP_AUTH_INTERNAL_PER_CONF);
  ap_hook_fixups(polyauth_first_fixup, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  ap_hook_fixups(polyauth_environment_fixup, nullptr, before_headers, APR_HOOK_LAST - 1);
  ap_hook_fixups(polyauth_last_fixup, nullptr, nullptr, APR_HOOK_REALLY_LAST);
  ap_hook_handler(polyauth_first_handler, nullptr, before_cache, APR_HOOK_REALLY_FIRST);
  // Directly before httpd's own file handlers. For core a list of successors would not do:
  // it has a handler at the other end as well.
  ap_hook_handler(polyauth_last_handler, nullptr, before_file_cache, APR_HOOK_REALLY_LAST - 1);
  ap_hook_insert_error_filter(polyauth_before_error_answer, nullptr, nullptr, APR_HOOK_FIRST);
  ap_hook_log_transaction(polyauth_log_transaction, nullptr, nullptr, APR_HOOK_MIDDLE);
}

void register_expired_hooks() {
  static const char* const before_cache[] = {"mod_cache.c", nullptr};
  ap_hook_quick_handler(polyauth_quick_handler, nullptr, before_cache, APR_HOOK_REALLY_FIRST);
  ap_hook_map_to_storage(polyauth_map_to_storage, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace polyauth::apache
