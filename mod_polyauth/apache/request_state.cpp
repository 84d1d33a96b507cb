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

bool has_url(const request_rec* r) noexcept { return r->uri != nullptr && *r->uri != '\0'; }

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
    if (const RequestState* const state = find_state(p); state != nullptr && state->admitted)
      return state->admitted;
    // Without a URL no <Location> could match, so the section tells nothing.
    const request_rec* const before = parent(p);
    if (before != nullptr && before->per_dir_config != p->per_dir_config && has_url(p)) break;
  }
  return std::nullopt;
}

bool is_as_judged(const request_rec* r, const RequestState& state, Handler handler, Scope scope,
                  Scrutiny scrutiny) noexcept {
  if (!state.decision || state.section != r->per_dir_config || state.handler != handler ||
      state.scope != scope || state.texts != judged_texts(r))
    return false;
  if (scrutiny == Scrutiny::kPlaces) return true;
  const char* at = state.copy;
  for (std::size_t i = 0; i < state.texts.size(); ++i) {
    if (state.texts[i] != nullptr && std::memcmp(at, state.texts[i], state.lengths[i]) != 0)
      return false;
    at += state.lengths[i];
  }
  return true;
}

void remember_judged(request_rec* r, RequestState& state, Handler handler, Scope scope) {
  state.texts = judged_texts(r);
  std::size_t size = 0;
  for (std::size_t i = 0; i < state.texts.size(); ++i) {
    const char* const text = state.texts[i];
    state.lengths[i] = text != nullptr ? static_cast<std::uint32_t>(std::strlen(text) + 1) : 0;
    size += state.lengths[i];
  }
  char* const copy = static_cast<char*>(apr_palloc(r->pool, size));
  char* to = copy;
  for (std::size_t i = 0; i < state.texts.size(); ++i) {
    if (state.lengths[i] != 0) std::memcpy(to, state.texts[i], state.lengths[i]);
    to += state.lengths[i];
  }
  state.copy = copy;
  state.section = r->per_dir_config;
  state.handler = handler;
  state.scope = scope;
}

} // namespace polyauth::apache
