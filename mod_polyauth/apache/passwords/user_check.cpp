// SPDX-License-Identifier: Apache-2.0
#include "apache/passwords/user_check.hpp"

#include "apache/gate/evidence.hpp"
#include "apache/gate/gate.hpp"
#include "apache/state/last_seen.hpp"
#include "apache/state/state_access.hpp"
#include "core/rule_book.hpp"

#include <algorithm>

namespace polyauth::apache {

namespace {

void refuse(request_rec* r, const Decision& decision, bool audit) {
  RequestState& state = state_of(r);
  // A refusal that stands already is the first: it keeps its reason.
  if (state.decision && !state.decision->granted() && !state.audit) return;
  state.decision = decision;
  state.settles = false;
  state.audit = audit;
  state.user_refused = decision.reason == Reason::kUserNotDevice;
  if (decision.device) {
    const MacAddress::Text text = decision.device->text();
    *std::copy(text.begin(), text.end(), state.device_text.begin()) = '\0';
  }
  keep_private(r);
  set_environment(r, state);
  log_refusal(r, state);
}

} // namespace

authn_status admit_password(request_rec* r, const char* user, PasswordSource source,
                            std::string_view label) {
  RequestState& state = state_of(r);
  state.password_source = source;
  // What httpd hands on; mod_auth_form asks with a copy of it.
  state.password_user = r->user != nullptr ? r->user : user;
  state.password_label =
      label.empty() ? nullptr : apr_pstrmemdup(r->pool, label.data(), label.size());
  // Already here, for Require expr.
  if (state.decision)
    set_environment(r, state);
  else
    carry_environment(r);
  if (has_state(r->server))
    if (const Decision device = identify_device(r); device.granted() && device.device)
      note_login(r, *device.device, label, source);
  return AUTH_GRANTED;
}

authn_status admit_device_password(request_rec* r, const char* user, PasswordSource source,
                                   std::string_view label, const MacAddress& owner) {
  const Decision decision = ask_user(identify_device(r), UserName::kAny, {user, owner});
  // Audit lets a device in that the section would refuse, but nobody by another's password.
  const bool forgiven = is_audited(r) && decision.reason != Reason::kUserNotDevice;
  if (decision.granted() || forgiven) return admit_password(r, user, source, label);
  refuse(r, decision, false);
  return AUTH_DENIED;
}

int check_user_name(request_rec* r) {
  const UserName rule = dir_config(r).user_name.value_or(UserName::kAny);
  if (rule == UserName::kAny) return DECLINED;
  const RequestState* const state = find_state(r);
  const bool decided = state != nullptr && state->decision;
  if (decided && !state->decision->granted()) return DECLINED; // of Audit: the first reason stays
  const Decision decision =
      ask_user(decided ? *state->decision : identify_device(r), rule, {r->user, std::nullopt});
  if (decision.reason != Reason::kUserNotDevice) return DECLINED;
  const bool audit = is_audited(r);
  refuse(r, decision, audit);
  if (audit) return DECLINED;
  ap_note_auth_failure(r);
  return HTTP_UNAUTHORIZED;
}

} // namespace polyauth::apache
