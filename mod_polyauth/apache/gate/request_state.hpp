// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"
#include "core/one_time_code.hpp"
#include "core/rule_book.hpp"

#include <array>
#include <cstring>
#include <optional>

// What we remember of a request_rec. On its pool; of each look-up and internal
// redirect its own, but the same after an internal fast redirect, which
// overwrites the request in place.
namespace polyauth::apache {

struct DeviceCertificate;

// The backend that SetHandler or RewriteRule [H] has named: "proxy:" and the URL that mod_proxy
// puts before the mapped file once it answers; nullptr if there is none.
[[nodiscard]] inline const char* backend_handler(const request_rec* r) noexcept {
  const char* const name = r->handler;
  // Nearly no name begins so, and this is asked often.
  return name != nullptr && *name == 'p' && std::strncmp(name, "proxy:", 6) == 0 ? name : nullptr;
}

// Everything of a request that a decision depends on and httpd may change, where
// it stands. Equal if these are the same texts, not only the same words: whoever maps a
// request anew gives it new ones, on a pool that reuses nothing.
struct RequestTexts {
  const char* uri = nullptr;
  const char* filename = nullptr;
  const char* path_info = nullptr;
  const char* args = nullptr;
  const char* method = nullptr;
  const char* backend = nullptr;

  [[nodiscard]] static RequestTexts of(const request_rec* r) noexcept {
    return {r->uri, r->filename, r->path_info, r->args, r->method, backend_handler(r)};
  }
  friend bool operator==(const RequestTexts&, const RequestTexts&) = default;
};

// Values of POLYAUTH_MAC, POLYAUTH_DECISION, POLYAUTH_REASON and POLYAUTH_PASSWORD_LABEL;
// nullptr: not set.
using Variables = std::array<const char*, 4>;

// Whose word it is that a password was right.
enum class PasswordSource : std::uint8_t {
  kNone, // none of ours
  kFile,
  kDerived,
  kOneTime
};

// What became of the one one-time password that a client's request may try.
struct OneTimeAnswer {
  OneTimeCode code;
  MacAddress device;
  bool right;
};

struct RequestState {
  // The last decision, and what it was made on.
  std::optional<Decision> decision;
  // It is a grant, of all that this section asks, and no later hook asks again as long as it
  // stands. Where expired certificates may come in only PolyAuth On asks so much.
  bool settles = false;
  RequestTexts texts;
  const ap_conf_vector_t* section = nullptr;
  Handler handler = Handler::kUnknown;
  Scope scope = Scope::kOwnership;
  bool audit = false; // a refusal was not enforced

  // Canonical form of the decision's device, with a NUL; means nothing if there is none.
  // The environment refers to it.
  std::array<char, std::tuple_size_v<MacAddress::Text> + 1> device_text{};

  // What the environment was made to say of it, and from which entry on.
  Variables variables{};
  std::size_t variables_at = 0;

  // Require polyauth admitted it with these questions: it is held to them
  // from then on, wherever httpd takes it.
  std::optional<Scope> admitted;
  bool vote_logged = false;

  // What one of our providers has found right, and for which r->user; see password_of().
  PasswordSource password_source = PasswordSource::kNone;
  const char* password_label = nullptr; // of the line, or id of the secret; nullptr: none
  const char* password_user = nullptr;

  // The user is not the device's: no later look at this request grants.
  bool user_refused = false;

  // Of the client's own request only.
  std::optional<OneTimeAnswer> one_time;

  // Its answer is private, whatever it will be.
  bool is_private = false;

  // Of the client's own request only: a refusal stands in the log.
  bool refusal_logged = false;

  // Of the client's own request only: what PolyAuthClientCertHeader held, nullptr if there
  // was none, and the certificate that was read of it, nullptr if it could not be.
  const char* certificate_header = nullptr;
  const DeviceCertificate* header_device = nullptr;
  bool header_was_read = false;

  void forget() noexcept {
    decision.reset();
    settles = false;
  }
};

// The state of a request, or nullptr if there is none yet.
[[nodiscard]] inline RequestState* find_state(const request_rec* r) noexcept {
  return static_cast<RequestState*>(ap_get_module_config(r->request_config, &polyauth_module));
}
[[nodiscard]] RequestState& state_of(request_rec* r);

// A look-up by file name outside the directory of its main request has none.
[[nodiscard]] bool has_url(const request_rec* r) noexcept;

// The request that this one serves: of a look-up its main request, of a
// redirect the one before; nullptr for the client's own.
[[nodiscard]] inline request_rec* parent(const request_rec* r) noexcept {
  return r->prev != nullptr ? r->prev : r->main;
}
[[nodiscard]] request_rec* client_request(request_rec* r) noexcept;

// The state that holds the last decision on this request, or else on the nearest
// one in the line of its parents; nullptr if none was judged.
[[nodiscard]] const RequestState* last_judged(const request_rec* r) noexcept;

// The questions that Require polyauth holds this request to, if any. httpd skips
// the authorization of an inner request in the same section, so that the
// admission of its parent covers it.
[[nodiscard]] std::optional<Scope> admitted_scope(const request_rec* r) noexcept;

// The same of the user that this request has from those that it serves.
[[nodiscard]] const RequestState* inherited_password(const request_rec* r) noexcept;
// The state that holds the password by which the user of this request, or else of the one
// that it serves, was authenticated; nullptr if it was none of ours.
[[nodiscard]] inline const RequestState* password_of(const request_rec* r) noexcept {
  // Whatever another module has made of the name since.
  if (const RequestState* const state = find_state(r);
      state != nullptr && state->password_source != PasswordSource::kNone)
    return state;
  return parent(r) != nullptr ? inherited_password(r) : nullptr;
}

// Whether a decision that there is is still one on this request as it stands.
[[nodiscard]] inline bool is_as_judged(const request_rec* r, const RequestState& state) noexcept {
  return state.section == r->per_dir_config && state.texts == RequestTexts::of(r);
}

} // namespace polyauth::apache
