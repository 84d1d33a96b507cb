// STUB, never committed
#include "apache/state_access.hpp"
#include "state/state_database.hpp"
#include <memory>
namespace polyauth::apache {
struct StateLease::Held { std::optional<StateDatabase> db; std::optional<StateStore> store; std::string error; };
bool has_state(const server_rec*) noexcept { return true; }
StateLease::StateLease(request_rec* r) : held_(std::make_unique<Held>()) {
  (void)StateDatabase::load_driver("sqlite3");
  const std::string path = ap_server_root_relative(r->pool, "state/state.sqlite");
  if (auto made = prepare_state_file(path, static_cast<uid_t>(-1), static_cast<gid_t>(-1)); !made) { held_->error = made.error(); return; }
  auto db = StateDatabase::open_sqlite(path);
  if (!db) { held_->error = db.error(); return; }
  held_->db = std::move(*db);
  auto c = StateConnection::on(held_->db->connection());
  if (!c) { held_->error = c.error(); return; }
  held_->store.emplace(*c);
  if (auto s = held_->store->ensure_schema(); !s) held_->error = s.error();
}
StateLease::~StateLease() = default;
StateStore* StateLease::store() noexcept { return held_->store ? &*held_->store : nullptr; }
const std::string& StateLease::error() const noexcept { return held_->error; }
void StateLease::failed(const std::string& p) noexcept { ap_log_error(APLOG_MARK, APLOG_ERR, 0, ap_server_conf, "stub: %s", p.c_str()); }
const char* set_state_stub(cmd_parms*, void*, const char*) { return nullptr; }
}
