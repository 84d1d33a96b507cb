// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/config.hpp"
#include "apache/httpd.hpp"
#include "core/result.hpp"
#include "state/state_store.hpp"

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

// How requests and watchdogs reach PolyAuthState: by an SQLite handle of each child, or
// by a connection of mod_dbd.
namespace polyauth::apache {

// Whether PolyAuthState is set.
[[nodiscard]] inline bool has_state(const server_rec* s) noexcept {
  return globals(s).state_setting.has_value();
}

// A store for the time of one call, held by this thread alone. Waits for it for a bounded
// time. What fails is logged as PA4043, at most once a minute and child with the same words.
class StateLease {
public:
  explicit StateLease(request_rec* r); // on mod_dbd's connection of this request
  explicit StateLease(server_rec* s);  // outside of requests
  StateLease(const StateLease&) = delete;
  StateLease& operator=(const StateLease&) = delete;
  ~StateLease();

  [[nodiscard]] StateStore* store() noexcept; // nullptr: error() says why
  [[nodiscard]] const std::string& error() const noexcept;
  // Whether what was done with it has succeeded: a failure is logged, and the next lease
  // begins anew.
  void succeeded();
  void failed(const std::string& problem);

private:
  struct Held;
  std::unique_ptr<Held> held_;
};

// What `body` makes of a StateStore&: a Result. Its error, and that there is no store, are
// logged already.
template <typename Where, typename Body>
auto with_state(Where* where, Body&& body) -> std::invoke_result_t<Body, StateStore&> {
  StateLease lease(where);
  if (lease.store() == nullptr) return Error{lease.error()};
  auto result = std::forward<Body>(body)(*lease.store());
  if (result)
    lease.succeeded();
  else
    lease.failed(result.error());
  return result;
}

// From check_config: whether the setting can work. Creates nothing.
[[nodiscard]] bool check_state(const Globals& globals, server_rec* s);

// From post_config: creates the SQLite file for the server's user, and its tables.
// False if a start must fail.
[[nodiscard]] bool prepare_state(Globals& globals, apr_pool_t* pconf, server_rec* s);

// PA1041. False if a start must fail: a server that runs goes on without, and tries again.
[[nodiscard]] bool fail_without_state(const Globals& globals, server_rec* s,
                                      const std::string& problem);

} // namespace polyauth::apache
