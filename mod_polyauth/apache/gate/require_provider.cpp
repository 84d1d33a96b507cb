// SPDX-License-Identifier: Apache-2.0
#include "apache/gate/require_provider.hpp"

#include "apache/boundary.hpp"
#include "apache/gate/evidence.hpp"
#include "apache/gate/gate.hpp"
#include "apache/gate/request_state.hpp"

namespace polyauth::apache {

namespace {

authz_status check(request_rec* r, Scope scope) noexcept {
  return guarded(r, AUTHZ_DENIED, [&] {
    judge(r, Handler::kUnknown, scope);
    RequestState& state = state_of(r);
    // Whoever else lets it in: the answer depends on who asks.
    keep_private(r);
    if (state.decision->granted()) {
      // Of several that have admitted it the strictest holds.
      if (state.admitted != Scope::kOwnership) state.admitted = scope;
      set_environment(r, state);
      return AUTHZ_GRANTED;
    }
    // httpd asks twice where a user is needed too.
    if (!state.vote_logged) log_vote(r, state);
    state.vote_logged = true;
    // A vote is no decision, unless PolyAuth decides here as well.
    if (dir_config(r).effective_mode() == Mode::kOff) state.forget();
    return AUTHZ_DENIED;
  });
}

const char* parse_nothing(cmd_parms* cmd, const char* line, const char* provider) {
  // mod_authz_core marks the inside of <RequireAny> and its like by this bit;
  // <Limit> clears others.
  constexpr apr_int64_t kInsideRequire = AP_METHOD_BIT << (METHODS - 1);
  if ((cmd->limited | kInsideRequire) != -1)
    return apr_pstrcat(cmd->pool, "Require ", provider,
                       ": cannot stand inside <Limit>, it would leave the other methods open",
                       nullptr);
  if (*line != '\0')
    return apr_pstrcat(cmd->pool, "Require ", provider, ": takes no argument, \"", line,
                       "\" was seen", nullptr);
  return nullptr;
}

} // namespace

extern "C" {
static authz_status polyauth_check_ownership(request_rec* r, const char*, const void*) {
  return check(r, Scope::kOwnership);
}
static authz_status polyauth_check_device(request_rec* r, const char*, const void*) {
  return check(r, Scope::kDeviceOnly);
}
static const char* polyauth_parse_ownership(cmd_parms* cmd, const char* line, const void**) {
  return parse_nothing(cmd, line, "polyauth");
}
static const char* polyauth_parse_device(cmd_parms* cmd, const char* line, const void**) {
  return parse_nothing(cmd, line, "polyauth-device");
}
static const authz_provider polyauth_ownership_provider = {polyauth_check_ownership,
                                                           polyauth_parse_ownership};
static const authz_provider polyauth_device_provider = {polyauth_check_device,
                                                        polyauth_parse_device};
}

void register_require_providers(apr_pool_t* p) {
  ap_register_auth_provider(p, AUTHZ_PROVIDER_GROUP, "polyauth", AUTHZ_PROVIDER_VERSION,
                            &polyauth_ownership_provider, AP_AUTH_INTERNAL_PER_CONF);
  ap_register_auth_provider(p, AUTHZ_PROVIDER_GROUP, "polyauth-device", AUTHZ_PROVIDER_VERSION,
                            &polyauth_device_provider, AP_AUTH_INTERNAL_PER_CONF);
}

} // namespace polyauth::apache
