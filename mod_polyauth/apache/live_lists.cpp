// SPDX-License-Identifier: Apache-2.0
#include "apache/live_lists.hpp"

#include "apache/boundary.hpp"
#include "io/live_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <sys/wait.h>

extern "C" {
#include "apr_hash.h"
#include "mpm_common.h"
}

namespace polyauth::apache {

namespace {

// Survives restarts and reloads of the module: plain data on no pool of ours.
struct Retained {
  PublicationBoard* board;
  bool served;
};

Retained& retained() {
  constexpr const char* kKey = "mod_polyauth";
  void* found = ap_retained_data_get(kKey);
  if (found == nullptr) found = ap_retained_data_create(kKey, sizeof(Retained));
  return *static_cast<Retained*>(found);
}

// What a child's watchdog looks after. On pconf; each child has its own copy.
struct FollowedFiles {
  struct File {
    AclSource* source;
    LiveAcl live;
    FilePublisher publisher;
  };
  server_rec* server;
  std::vector<std::unique_ptr<File>> files;
};

std::string place(const char* path, const Diagnostic& error) {
  return std::string(path) + ':' + std::to_string(error.line) + ':' + std::to_string(error.column) +
         ": " + error.text;
}

std::string utc(std::int64_t seconds) {
  char text[APR_RFC822_DATE_LEN + 8];
  apr_time_exp_t time;
  apr_size_t length = 0;
  apr_time_exp_gmt(&time, apr_time_from_sec(seconds));
  apr_strftime(text, &length, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &time);
  return {text, length};
}

// Every error of a file that nothing can be done without.
void log_fatal(server_rec* s, int level, const char* path, const std::string& problem,
               const std::vector<Diagnostic>& errors, std::size_t error_count) {
  if (!problem.empty())
    ap_log_error(APLOG_MARK, level, 0, s, PA1002 "PolyAuthAclFile %s: %s", path, problem.c_str());
  for (const Diagnostic& error : errors)
    ap_log_error(APLOG_MARK, level, 0, s, PA1001 "PolyAuthAclFile %s", place(path, error).c_str());
  if (error_count > errors.size())
    ap_log_error(APLOG_MARK, level, 0, s, PA1001 "PolyAuthAclFile %s: and %lu more errors", path,
                 static_cast<unsigned long>(error_count - errors.size()));
}

void log_refresh(server_rec* s, const char* path, const Refresh& refresh) {
  if (refresh.outcome == Refresh::Outcome::kUnchanged) return;
  if (refresh.outcome == Refresh::Outcome::kAdopted) {
    ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, s, PA2001 "loaded \"%s\" %s generation=%lu", path,
                 refresh.summary.c_str(), static_cast<unsigned long>(refresh.generation));
    return;
  }
  std::string what = refresh.errors.empty()
                         ? std::string(path) + ": " + refresh.problem
                         : place(path, refresh.grave ? *refresh.grave : refresh.errors.front());
  if (refresh.error_count > 1)
    what += "; and " + std::to_string(refresh.error_count - 1) +
            (refresh.error_count > 2 ? " more errors" : " more error");
  if (refresh.generation == 0)
    ap_log_error(APLOG_MARK, APLOG_CRIT, 0, s,
                 PA2004 "%s; no list is in force, every device is refused", what.c_str());
  else if (refresh.grave)
    ap_log_error(APLOG_MARK, APLOG_CRIT, 0, s,
                 PA2003 "%s; a denial is NOT in force; keeping generation=%lu loaded at %s",
                 what.c_str(), static_cast<unsigned long>(refresh.generation),
                 utc(refresh.adopted_at).c_str());
  else
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, s, PA2002 "%s; keeping generation=%lu loaded at %s",
                 what.c_str(), static_cast<unsigned long>(refresh.generation),
                 utc(refresh.adopted_at).c_str());
}

// Whether the user that the children run as can open a path; errno otherwise.
// Asked of the kernel, in a process of that user.
int open_as_server_user(const char* path, int flags) {
  if (geteuid() != 0) {
    const int fd = ::open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    return fd < 0 ? errno : (::close(fd), 0);
  }
  const pid_t child = ::fork();
  if (child < 0) return errno;
  if (child == 0) {
    int error = 0;
    if (::initgroups(ap_unixd_config.user_name, ap_unixd_config.group_id) != 0 ||
        ::setgid(ap_unixd_config.group_id) != 0 || ::setuid(ap_unixd_config.user_id) != 0 ||
        ::open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) < 0)
      error = errno;
    ::_exit(error < 256 ? error : EIO);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return errno;
  return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

std::string image_folder_path(apr_pool_t* pconf) {
  // One folder for each server: no two share a PidFile.
  const char* const pid_file = ap_runtime_dir_relative(pconf, ap_pid_fname);
  apr_ssize_t length = APR_HASH_KEY_STRING;
  const unsigned hash = apr_hashfunc_default(pid_file != nullptr ? pid_file : "", &length);
  return ap_runtime_dir_relative(pconf, apr_psprintf(pconf, "polyauth-%08x", hash));
}

// One of the processes says it, once.
void report_lost(server_rec* s, PublicationSlot& slot) {
  const std::uint64_t generation = slot.in_force();
  if (generation == 0 || slot.lost.exchange(generation) == generation) return;
  ap_log_error(APLOG_MARK, APLOG_CRIT, 0, s,
               PA2005
               "the list in force of \"%s\", generation=%lu, cannot be read in the folder of "
               "the server; processes that need it refuse every device; restart gracefully",
               slot.path.data(), static_cast<unsigned long>(generation));
}

extern "C" apr_status_t polyauth_watch(int state, void* data, apr_pool_t*) {
  auto& followed = *static_cast<FollowedFiles*>(data);
  if (state != AP_WATCHDOG_STATE_RUNNING) return APR_SUCCESS;
  for (const auto& file : followed.files) {
    guarded(followed.server, 0, [&] {
      log_refresh(followed.server, file->source->path,
                  file->publisher.refresh(std::chrono::steady_clock::now()));
      // So that no request has to map a new version.
      if (!file->live.current()) report_lost(followed.server, file->publisher.slot());
      return 0;
    });
  }
  return APR_SUCCESS;
}

bool start_watchdog(Globals& globals, FollowedFiles& followed, apr_pool_t* pconf) {
  auto* const get_instance = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance);
  auto* const register_callback = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback);
  if (get_instance == nullptr || register_callback == nullptr) return false;
  // Often enough that a file which has settled is in force within the interval.
  const apr_interval_time_t interval =
      std::clamp(globals.reload_interval.value_or(Globals::kDefaultReloadInterval) / 5,
                 apr_interval_time_t{APR_USEC_PER_SEC / 10}, apr_interval_time_t{APR_USEC_PER_SEC});
  ap_watchdog_t* watchdog = nullptr;
  // In each child, not in one of them: whichever looks first publishes, and
  // nothing depends on one process staying alive.
  return get_instance(&watchdog, "_polyauth_", 0, 0, pconf) == APR_SUCCESS &&
         register_callback(watchdog, interval, &followed, polyauth_watch) == APR_SUCCESS;
}

// Whether the published list of a slot is what was published. Requests look at its
// layout only, so it is read through here once.
bool is_whole(const PublicationSlot& slot, const ImageFolder& folder) {
  const auto image = MappedFile::open(folder.image(slot, slot.in_force()));
  return image && AclView::open(image->bytes(), AclView::Check::kWhole);
}

// Brings a file up to date at a (re)start. False if a start must fail.
bool adopt_at_start(FollowedFiles::File& file, bool in_force, server_rec* s, bool restart) {
  const char* const path = file.source->path;
  const int error = open_as_server_user(path, O_RDONLY);
  if (in_force) {
    // What has not settled, or cannot be read, is for the watchdogs.
    if (error == 0 && file.publisher.looks_settled(std::chrono::system_clock::now()))
      log_refresh(s, path, file.publisher.adopt_if_changed());
    return true;
  }
  const Refresh refresh =
      error == 0
          ? file.publisher.adopt_now()
          : file.publisher.refuse_now("cannot be read by the server's user: " + errno_text(error));
  if (refresh.outcome != Refresh::Outcome::kRefused) {
    log_refresh(s, path, refresh);
    return true;
  }
  log_fatal(s, restart ? APLOG_CRIT : APLOG_EMERG, path, refresh.problem, refresh.errors,
            refresh.error_count);
  if (restart)
    ap_log_error(APLOG_MARK, APLOG_CRIT, 0, s,
                 PA2004 "%s: no list is in force, every device is refused", path);
  return restart;
}

} // namespace

bool is_restart() {
  int generation = 0;
  // The second holds for a restart that brings the module in.
  return retained().served ||
         (ap_mpm_query(AP_MPMQ_GENERATION, &generation) == APR_SUCCESS && generation > 0);
}

bool check_files(const Globals& globals, server_rec* s) {
  bool good = true;
  for (const AclSource* const source : globals.acls) {
    auto contents = read_file(source->path, kAclFormat.size_limit);
    if (!contents) {
      log_fatal(s, APLOG_EMERG, source->path,
                contents.error() + "; a readable file with at least one entry is needed", {}, 0);
      good = false;
      continue;
    }
    if (const int error = open_as_server_user(source->path, O_RDONLY); error != 0) {
      log_fatal(s, APLOG_EMERG, source->path,
                "cannot be read by the server's user \"" + std::string(ap_unixd_config.user_name) +
                    "\": " + errno_text(error) + "; changes could not be followed",
                {}, 0);
      good = false;
    }
    const Compilation compilation = kAclFormat.compile(contents->bytes, {});
    if (compilation.error_count == 0) continue;
    log_fatal(s, APLOG_EMERG, source->path, {}, compilation.errors, compilation.error_count);
    good = false;
  }
  return good;
}

bool publish_files(Globals& globals, apr_pool_t* pconf, server_rec* s) {
  Retained& kept = retained();
  const bool restart = is_restart();
  kept.served = true;
  // Also a configuration that follows nothing counts, and lets lists grow old.
  const std::uint32_t config = kept.board != nullptr ? kept.board->next_config() : 0;
  if (globals.acls.empty()) return true;
  const int level = restart ? APLOG_CRIT : APLOG_EMERG;

  if (kept.board == nullptr || !kept.board->is_ours()) kept.board = PublicationBoard::create();
  if (kept.board == nullptr) {
    ap_log_error(APLOG_MARK, level, errno, s, PA1015 "no shared memory for the lists in force");
    return restart;
  }
  const uid_t owner = geteuid() == 0 ? ap_unixd_config.user_id : static_cast<uid_t>(-1);
  const std::string folder_path = image_folder_path(pconf);
  const ImageFolder folder(folder_path, kept.board->nonce());
  if (const auto prepared = folder.prepare(geteuid() == 0 ? owner : geteuid()); !prepared) {
    ap_log_error(APLOG_MARK, level, 0, s, PA1015 "the folder of the lists in force: %s",
                 prepared.error().c_str());
    return restart;
  }
  if (const int error = open_as_server_user(folder_path.c_str(), O_RDONLY | O_DIRECTORY);
      error != 0) {
    ap_log_error(APLOG_MARK, level, error, s,
                 PA1015
                 "the folder of the lists in force, \"%s\", cannot be reached by the server's user "
                 "\"%s\"; give that user search permission on the folders above it, or set "
                 "DefaultRuntimeDir",
                 folder_path.c_str(), ap_unixd_config.user_name);
    return restart;
  }

  auto& followed = *make_on_pool<FollowedFiles>(pconf, FollowedFiles{s, {}});
  for (AclSource* const source : globals.acls) {
    PublicationSlot* const slot = kept.board->slot(FileKind::kAcl, source->path);
    if (slot == nullptr) {
      ap_log_error(
          APLOG_MARK, level, 0, s,
          PA1015 "PolyAuthAclFile %s: its path is too long, or more than %u files were named since "
                 "the server started",
          source->path, PublicationBoard::kMaxFiles);
      if (!restart) return false;
      continue;
    }
    // A list that the last configuration followed is in force as it is, and the
    // watchdogs see to its changes; one that nobody followed is too old to stay.
    // One whose image is lost is read anew as well.
    const bool in_force =
        slot->in_force() != 0 && slot->config + 1 == config && is_whole(*slot, folder);
    slot->config = config;
    if (!in_force) slot->floor = slot->generation.load();
    auto file = std::unique_ptr<FollowedFiles::File>(new FollowedFiles::File{
        source, {*slot, folder, slot->floor}, {kAclFormat, *slot, folder, owner}});
    if (!adopt_at_start(*file, in_force, s, restart)) return false;
    source->live = &file->live;
    followed.files.push_back(std::move(file));
  }
  if (!start_watchdog(globals, followed, pconf)) {
    ap_log_error(APLOG_MARK, level, 0, s,
                 PA1014
                 "PolyAuthAclFile needs mod_watchdog to follow changes; load watchdog_module");
    return restart;
  }
  return true;
}

} // namespace polyauth::apache
