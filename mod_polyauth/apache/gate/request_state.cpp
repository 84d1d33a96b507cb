// SPDX-License-Identifier: Apache-2.0
#include "apache/gate/request_state.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <type_traits>

namespace polyauth::apache {

static_assert(std::is_trivially_destructible_v<RequestState>);

RequestState& state_of(request_rec* r) {
  RequestState* state = find_state(r);
  if (state == nullptr) {
    // Without parentheses: they would fill it with zeros first.
    state = new (apr_palloc(r->pool, sizeof(RequestState))) RequestState;
    ap_set_module_config(r->request_config, &polyauth_module, state);
  }
  return *state;
}

bool has_url(const request_rec* r) noexcept { return r->uri != nullptr && *r->uri != '\0'; }

request_rec* client_request(request_rec* r) noexcept {
  while (request_rec* const before = parent(r)) r = before;
  return r;
}

const RequestState* last_judged(const request_rec* r) noexcept {
  for (; r != nullptr; r = parent(r))
    if (const RequestState* const state = find_state(r); state != nullptr && state->decision)
      return state;
  return nullptr;
}

std::optional<Scope> admitted_scope(const request_rec* r) noexcept {
  for (const request_rec* p = r; p != nullptr; p = parent(p)) {
    if (const RequestState* const state = find_state(p); state != nullptr && state->admitted)
      return state->admitted;
    // Without a URL no <Location> could match, so the section tells nothing.
    const request_rec* const before = parent(p);
    if (before != nullptr && before->per_dir_config != p->per_dir_config && has_url(p)) break;
  }
  return std::nullopt;
}

const RequestState* inherited_password(const request_rec* r) noexcept {
  // httpd hands the same text on; whoever authenticates anew makes another.
  const char* user = r->user;
  for (r = parent(r); r != nullptr; r = parent(r)) {
    if (user == nullptr) user = r->user;
    if (user == nullptr) continue;
    if (const RequestState* const state = find_state(r);
        state != nullptr && state->password_user == user)
      return state;
  }
  return nullptr;
}

} // namespace polyauth::apache
