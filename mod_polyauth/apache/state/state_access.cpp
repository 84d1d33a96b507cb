// SPDX-License-Identifier: Apache-2.0
#include "apache/state/state_access.hpp"

#include "apache/state/state_handle.hpp"

#include <optional>

namespace polyauth::apache {

// Either the lock of the file, or a connection of mod_dbd.
struct StateLease::Held {
  StateHandle* handle = nullptr;
  std::unique_lock<std::timed_mutex> lock;
  std::optional<StateStore> own_store;
  StateStore* store = nullptr;
  std::string error;

  // Of a connection that is given back.
  server_rec* server = nullptr;
  apr_pool_t* pool = nullptr;
  ap_dbd_t* dbd = nullptr;

  Held() = default;
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() {
    own_store.reset();
    auto* const close = APR_RETRIEVE_OPTIONAL_FN(ap_dbd_close);
    if (dbd != nullptr) close(server, dbd);
    if (pool != nullptr) apr_pool_destroy(pool);
  }

  void use_file() {
    lock = handle->lock_file();
    if (!lock) return fail("other requests have held it for too long");
    auto opened = handle->open_file();
    if (!opened) return fail(opened.error());
    store = *opened;
  }

  void open_connection(server_rec* s) {
    auto* const open = APR_RETRIEVE_OPTIONAL_FN(ap_dbd_open);
    if (open == nullptr) return fail("mod_dbd is not loaded");
    if (apr_pool_create(&pool, nullptr) != APR_SUCCESS) throw std::bad_alloc();
    server = s;
    dbd = open(pool, s);
    use_connection(dbd);
  }

  void use_connection(const ap_dbd_t* rec) {
    // mod_dbd has logged why.
    if (rec == nullptr) return fail("mod_dbd has no connection");
    auto connection = StateConnection::on({rec->driver, rec->handle, rec->prepared, rec->pool});
    if (!connection) return fail(connection.error());
    own_store.emplace(*connection);
    // mod_dbd asks a connection only what it last knew.
    if (auto alive = own_store->revive(); !alive) return fail(alive.error());
    if (!handle->has_tables) {
      if (auto ready = own_store->ensure_schema(); !ready) return fail(ready.error());
      handle->has_tables = true;
    }
    store = &*own_store;
  }

  void fail(const std::string& problem) {
    error = problem;
    store = nullptr;
    handle->report(problem);
    handle->has_tables = false;
  }
};

StateLease::StateLease(request_rec* r) : held_(std::make_unique<Held>()) {
  held_->handle = globals(r->server).state;
  if (held_->handle == nullptr)
    held_->error = "there is no PolyAuthState";
  else if (held_->handle->is_file())
    held_->use_file();
  else if (auto* const acquire = APR_RETRIEVE_OPTIONAL_FN(ap_dbd_acquire); acquire != nullptr)
    // The one that others use in this request: whoever held one and waited for a second
    // could wait for others that do the same.
    held_->use_connection(acquire(r));
  else
    held_->fail("mod_dbd is not loaded");
}

StateLease::StateLease(server_rec* s) : held_(std::make_unique<Held>()) {
  held_->handle = globals(s).state;
  if (held_->handle == nullptr)
    held_->error = "there is no PolyAuthState";
  else if (held_->handle->is_file())
    held_->use_file();
  else
    held_->open_connection(s);
}

StateLease::~StateLease() = default;

StateStore* StateLease::store() noexcept { return held_->store; }
const std::string& StateLease::error() const noexcept { return held_->error; }

void StateLease::succeeded() { held_->handle->report_success(); }

void StateLease::failed(const std::string& problem) {
  held_->fail(problem);
  if (held_->handle->is_file()) held_->handle->close_file();
}

} // namespace polyauth::apache
