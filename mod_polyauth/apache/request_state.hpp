// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"
#include "core/rule_book.hpp"

#include <array>
#include <cstdint>
#include <optional>

// What we remember of a request_rec. On its pool; of each look-up and internal
// redirect its own, but the same after an internal fast redirect, which
// overwrites the request in place.
namespace polyauth::apache {

struct RequestState {
  // The last decision, and what it was made on.
  std::optional<Decision> decision;
  std::array<const char*, 5> texts{};     // where the texts of the request stood
  std::array<std::uint32_t, 5> lengths{}; // and how long they were, with the final NUL
  const char* copy = nullptr;             // of all of them
  const ap_conf_vector_t* section = nullptr;
  Handler handler = Handler::kUnknown;
  Scope scope = Scope::kOwnership;
  bool audit = false; // a refusal was not enforced

  const char* device_text = nullptr; // canonical form of the decision's device

  // Require polyauth admitted it with these questions: it is held to them
  // from then on, wherever httpd takes it.
  std::optional<Scope> admitted;
  bool vote_logged = false;

  // Of the client's own request only: a refusal stands in the log.
  bool refusal_logged = false;
};

// The state of a request, or nullptr if there is none yet.
[[nodiscard]] RequestState* find_state(const request_rec* r) noexcept;
[[nodiscard]] RequestState& state_of(request_rec* r);

// A look-up by file name outside the directory of its main request has none.
[[nodiscard]] bool has_url(const request_rec* r) noexcept;

// The request that this one serves: of a look-up its main request, of a
// redirect the one before; nullptr for the client's own.
[[nodiscard]] request_rec* parent(const request_rec* r) noexcept;
[[nodiscard]] request_rec* client_request(request_rec* r) noexcept;

// The state that holds the last decision on this request, or else on the nearest
// one in the line of its parents; nullptr if none was judged.
[[nodiscard]] const RequestState* last_judged(const request_rec* r) noexcept;

// The questions that Require polyauth holds this request to, if any. httpd skips
// the authorization of an inner request in the same section, so that the
// admission of its parent covers it.
[[nodiscard]] std::optional<Scope> admitted_scope(const request_rec* r) noexcept;

// How sure one must be that a request is the one that was judged.
enum class Scrutiny : std::uint8_t {
  kPlaces, // its texts stand where they stood: nobody has mapped it anew
  kTexts,  // and they read as they did
};

// Whether the last decision is still one on this request as it stands.
[[nodiscard]] bool is_as_judged(const request_rec* r, const RequestState& state, Handler handler,
                                Scope scope, Scrutiny scrutiny) noexcept;

// Notes what a decision was made on.
void remember_judged(request_rec* r, RequestState& state, Handler handler, Scope scope);

} // namespace polyauth::apache
