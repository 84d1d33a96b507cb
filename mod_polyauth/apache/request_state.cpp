// SPDX-License-Identifier: Apache-2.0
#include "apache/request_state.hpp"

#include <array>
#include <cstring>
#include <new>
#include <type_traits>

namespace polyauth::apache {

static_assert(std::is_trivially_destructible_v<RequestState>);

namespace {

// Everything of a request that a decision depends on and httpd may change.
std::array<const char*, 5> judged_texts(const request_rec* r) noexcept {
  return {r->uri, r->filename, r->path_info, r->args, r->method};
}

} // namespace

RequestState* find_state(const request_rec* r) noexcept {
  return static_cast<RequestState*>(ap_get_module_config(r->request_config, &polyauth_module));
}

RequestState& state_of(request_rec* r) {
  RequestState* state = find_state(r);
  if (state == nullptr) {
    state = new (apr_palloc(r->pool, sizeof(RequestState))) RequestState();
    ap_set_module_config(r->request_config, &polyauth_module, state);
  }
  return *state;
}

request_rec* parent(const request_rec* r) noexcept {
  return r->prev != nullptr ? r->prev : r->main;
}

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
    if (p->per_dir_config != r->per_dir_config) return std::nullopt;
    if (const RequestState* const state = find_state(p); state != nullptr && state->admitted)
      return state->admitted;
  }
  return std::nullopt;
}

bool same_as_judged(request_rec* r, RequestState& state, Handler handler, Scope scope) {
  const auto texts = judged_texts(r);
  std::size_t size = 0;
  bool same = state.decision && state.section == r->per_dir_config && state.handler == handler &&
              state.scope == scope;
  const char* at = state.judged;
  const char* const end = state.judged + state.judged_size;
  for (const char* const text : texts) {
    const std::size_t length = text != nullptr ? std::strlen(text) + 1 : 1;
    size += length;
    same = same && static_cast<std::size_t>(end - at) >= length &&
           std::memcmp(at, text != nullptr ? text : "", length) == 0;
    if (same) at += length;
  }
  if (same && at == end) return true;

  char* const copy = static_cast<char*>(apr_palloc(r->pool, size));
  char* to = copy;
  for (const char* const text : texts) {
    const std::size_t length = text != nullptr ? std::strlen(text) + 1 : 1;
    std::memcpy(to, text != nullptr ? text : "", length);
    to += length;
  }
  state.judged = copy;
  state.judged_size = size;
  state.section = r->per_dir_config;
  state.handler = handler;
  state.scope = scope;
  return false;
}

} // namespace polyauth::apache
