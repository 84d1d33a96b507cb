// SPDX-License-Identifier: Apache-2.0
// PolyAuthState before there are children.
#include "apache/files/file_check.hpp"
#include "apache/files/live_files.hpp"
#include "apache/messages.hpp"
#include "apache/state/state_access.hpp"
#include "apache/state/state_handle.hpp"
#include "credentials/verified_pairs.hpp"

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <system_error>

namespace polyauth::apache {

namespace {

// One-time passwords in use are few; for so many seconds each costs no hash.
constexpr std::size_t kMostRedeemed = 1024;
constexpr std::int64_t kRemembered = 60;

Result<bool> check_file(const char* path) {
  const std::string folder = std::filesystem::path(path).parent_path();
  // SQLite makes its journal beside the file.
  if (const int error = write_as_server_user(folder.c_str()); error != 0)
    return Error{"the folder \"" + folder + "\" cannot be written to by the server's user \"" +
                 ap_unixd_config.user_name + "\": " + std::generic_category().message(error) +
                 "; give that user a folder of its own for it"};
  return check_state_file(path, ::geteuid() == 0 ? ap_unixd_config.user_id : ::geteuid());
}

void warn_of_folder(const char* path, server_rec* s) {
  const gid_t group = ::geteuid() == 0 ? ap_unixd_config.group_id : ::getegid();
  if (!others_can_write_beside(path, group)) return;
  ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
               PA1044
               "PolyAuthState %s: others than the server's user can write to its folder, and "
               "by a journal beside the file they can say what it holds; give that user a "
               "folder of its own for it",
               path);
}

// Never as root: whoever can write to the folder could lead SQLite to any other file.
Result<bool> create_file(const char* path) {
  if (auto prepared = prepare_state_file(path); !prepared) return prepared;
  const auto database = StateDatabase::open_sqlite(path);
  if (!database) return Error{database.error()};
  auto connection = StateConnection::on(database->connection());
  if (!connection) return Error{connection.error()};
  return StateStore(*connection).ensure_schema();
}

} // namespace

bool fail_without_state(const Globals& globals, server_rec* s, const std::string& problem) {
  const bool restart = is_restart();
  const char* const path = globals.state_setting->path;
  ap_log_error(APLOG_MARK, restart ? APLOG_CRIT : APLOG_EMERG, 0, s, PA1041 "PolyAuthState %s: %s",
               path != nullptr ? path : "dbd", problem.c_str());
  return restart;
}

bool check_state(const Globals& globals, server_rec* s) {
  if (!globals.state_setting) return true;
  const StateSetting& setting = *globals.state_setting;
  if (setting.path == nullptr) {
    if (APR_RETRIEVE_OPTIONAL_FN(ap_dbd_open) != nullptr) return true;
    return fail_without_state(globals, s,
                              "mod_dbd is not loaded; load dbd_module, and write DBDriver and "
                              "DBDParams");
  }
  const auto checked = check_file(setting.path);
  if (!checked) return fail_without_state(globals, s, checked.error());
  warn_of_folder(setting.path, s);
  return true;
}

bool prepare_state(Globals& globals, apr_pool_t* pconf, server_rec* s) {
  if (!globals.state_setting) return true;
  const StateSetting& setting = *globals.state_setting;
  globals.state = make_on_pool<StateHandle>(pconf, s, setting.path);
  if (auto redeemed = VerifiedPairs::create(kMostRedeemed, kRemembered))
    globals.redeemed =
        make_on_pool<std::unique_ptr<VerifiedPairs>>(pconf, std::move(*redeemed))->get();
  else
    return fail_without_state(globals, s, redeemed.error());
  // The database of mod_dbd may be away for now.
  if (setting.path == nullptr) return true;
  if (const auto loaded = StateDatabase::load_driver("sqlite3"); !loaded)
    return fail_without_state(globals, s, loaded.error());
  const auto created = run_as_server_user(create_file, setting.path);
  return created || fail_without_state(globals, s, created.error());
}

} // namespace polyauth::apache
