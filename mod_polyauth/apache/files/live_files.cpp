// SPDX-License-Identifier: Apache-2.0
#include "apache/files/live_files.hpp"

#include "apache/boundary.hpp"
#include "apache/files/file_check.hpp"
#include "apache/files/file_report.hpp"
#include "io/live_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <sys/stat.h>

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

// One file as this process follows it.
class Follower {
public:
  Follower(const FollowedFile& file, FilePublisher publisher)
      : file_(file), publisher_(std::move(publisher)) {}
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;
  virtual ~Follower() = default;

  [[nodiscard]] const FollowedFile& file() const noexcept { return file_; }
  [[nodiscard]] FilePublisher& publisher() noexcept { return publisher_; }

  // Brings the process up to the version in force, so that no request has to, and
  // says what is the matter with it.
  virtual void keep_up(server_rec* s) = 0;

private:
  const FollowedFile& file_;
  FilePublisher publisher_;
};

// Nothing is ever the matter with a version of these.
template <typename View> std::optional<std::int64_t> due_of(const View&) { return std::nullopt; }
std::optional<std::int64_t> due_of(const PublishedRevocations& view) {
  return view.earliest_next_update();
}

template <typename View> class LiveFollower final : public Follower {
public:
  LiveFollower(LiveSource<View>& source, const ImageFolder& folder, FilePublisher publisher)
      : Follower(source, std::move(publisher)),
        live_(this->publisher().slot(), folder, this->publisher().slot().floor) {
    source.live = &live_;
  }

  void keep_up(server_rec* s) override {
    const auto snapshot = live_.current();
    if (!snapshot) return report_lost(s, file(), publisher().slot());
    const auto due = due_of(snapshot->view);
    if (due && *due < apr_time_sec(apr_time_now()))
      report_overdue(s, file(), publisher().slot(), snapshot->generation, *due);
  }

private:
  LiveFile<View> live_;
};

} // namespace

// What a child's watchdog looks after, each file after those that it is judged by. On
// pconf; each child has its own copy.
class FollowedFiles {
public:
  explicit FollowedFiles(server_rec* s) : server_(s) {}
  FollowedFiles(const FollowedFiles&) = delete;
  FollowedFiles& operator=(const FollowedFiles&) = delete;

  void add(std::unique_ptr<Follower> file) { files_.push_back(std::move(file)); }

  void look() noexcept {
    for (const auto& file : files_)
      guarded(server_, 0, [&] {
        const std::lock_guard looking(looking_);
        if (ended_) return 0;
        report_refresh(server_, file->file(),
                       file->publisher().refresh(std::chrono::steady_clock::now()));
        file->keep_up(server_);
        return 0;
      });
  }

  // The end of a child does not wait for its watchdogs, but takes OpenSSL down: waits for the
  // file that is being read, and lets no other be.
  void end() noexcept {
    guarded(server_, 0, [&] {
      const std::lock_guard looking(looking_);
      ended_ = true;
      return 0;
    });
  }

private:
  server_rec* server_;
  std::vector<std::unique_ptr<Follower>> files_;
  std::mutex looking_;
  bool ended_ = false;
};

namespace {

std::string image_folder_path(apr_pool_t* pconf) {
  // One folder for each server: no two share a PidFile.
  const char* const pid_file = ap_runtime_dir_relative(pconf, ap_pid_fname);
  apr_ssize_t length = APR_HASH_KEY_STRING;
  const unsigned hash = apr_hashfunc_default(pid_file != nullptr ? pid_file : "", &length);
  return ap_runtime_dir_relative(pconf, apr_psprintf(pconf, "polyauth-%08x", hash));
}

extern "C" {
static apr_status_t polyauth_watch(int state, void* data, apr_pool_t*) {
  if (state == AP_WATCHDOG_STATE_RUNNING) static_cast<FollowedFiles*>(data)->look();
  return APR_SUCCESS;
}
static apr_status_t polyauth_stop_watching(void* data) {
  static_cast<FollowedFiles*>(data)->end();
  return APR_SUCCESS;
}
static void polyauth_watch_until_the_end(apr_pool_t* pchild, server_rec* s) {
  if (FollowedFiles* const followed = globals(s).followed; followed != nullptr)
    apr_pool_pre_cleanup_register(pchild, followed, polyauth_stop_watching);
}
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

// Whether the published version of a slot is what was published. Requests look at
// its layout only, so it is read through here once.
bool is_whole(const PublicationSlot& slot, const ImageFolder& folder, const FileFormat& format,
              uid_t owner) {
  const std::string path = folder.image(slot, slot.in_force());
  const auto image = MappedFile::open(path);
  if (!image || !format.is_whole(image->bytes())) return false;
  // A User that is new cannot read what the one before has published. A copy: what lies in a
  // folder of theirs is not to be given away by root.
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 &&
         (owner == static_cast<uid_t>(-1) || info.st_uid == owner ||
          replace_file(path, image->bytes(), 0600, owner));
}

// Brings a file up to date at a (re)start. False if a start must fail.
bool adopt_at_start(Follower& follower, bool in_force, server_rec* s, bool restart) {
  const FollowedFile& file = follower.file();
  FilePublisher& publisher = follower.publisher();
  const int error = open_as_server_user(file.path, O_RDONLY);
  if (in_force) {
    // What has not settled, or cannot be read, is for the watchdogs.
    if (error == 0 && publisher.looks_settled(std::chrono::system_clock::now()))
      report_refresh(s, file, publisher.adopt_if_changed());
    return true;
  }
  const Refresh refresh =
      error == 0
          ? publisher.adopt_now()
          : publisher.refuse_now("cannot be read by the server's user: " + errno_text(error));
  if (refresh.outcome != Refresh::Outcome::kRefused) {
    report_refresh(s, file, refresh);
    return true;
  }
  const int level = restart ? APLOG_CRIT : APLOG_EMERG;
  if (!refresh.problem.empty()) report_unusable(s, level, file, refresh.problem);
  report_errors(s, level, file, refresh.errors, refresh.error_count);
  if (restart) report_nothing_in_force(s, file);
  return restart;
}

// Publishes the files of one configuration, one after the other.
class Publishing {
public:
  Publishing(PublicationBoard& board, ImageFolder folder, std::uint32_t config, uid_t owner,
             server_rec* s, bool restart)
      : board_(board), folder_(std::move(folder)), config_(config), owner_(owner), server_(s),
        restart_(restart) {}

  // False if a start must fail.
  template <typename View>
  bool follow(const std::vector<LiveSource<View>*>& sources, FollowedFiles& followed) {
    return std::all_of(sources.begin(), sources.end(), [&](LiveSource<View>* source) {
      PublicationSlot* const slot = slot_of(*source);
      if (slot == nullptr) return restart_;
      source->slot = slot;
      const bool in_force = claim(*slot, *source->format);
      auto follower = std::make_unique<LiveFollower<View>>(
          *source, folder_,
          FilePublisher(*source->format, *slot, folder_, owner_, companions_of(*source)));
      if (!adopt_at_start(*follower, in_force, server_, restart_)) return false;
      followed.add(std::move(follower));
      return true;
    });
  }

private:
  PublicationSlot* slot_of(const FollowedFile& file) {
    PublicationSlot* const slot = board_.slot(file.format->kind, file.path);
    if (slot == nullptr)
      ap_log_error(APLOG_MARK, restart_ ? APLOG_CRIT : APLOG_EMERG, 0, server_,
                   PA1015 "%s %s: its path is too long, or more than %u files were named since "
                          "the server started",
                   file.directive, file.path, PublicationBoard::kMaxFiles);
    return slot;
  }

  // A version that the last configuration followed is in force as it is, and the
  // watchdogs see to its changes; one that nobody followed is too old to stay. One
  // whose image is lost is read anew as well.
  bool claim(PublicationSlot& slot, const FileFormat& format) {
    const bool in_force = slot.in_force() != 0 && slot.config + 1 == config_ &&
                          is_whole(slot, folder_, format, owner_);
    slot.config = config_;
    if (!in_force) slot.floor = slot.generation.load();
    return in_force;
  }

  std::vector<PublicationSlot*> companions_of(const FollowedFile& file) {
    std::vector<PublicationSlot*> slots;
    for (const FollowedFile* const companion : file.companions)
      if (PublicationSlot* const slot = board_.slot(companion->format->kind, companion->path))
        slots.push_back(slot);
    return slots;
  }

  PublicationBoard& board_;
  ImageFolder folder_;
  std::uint32_t config_;
  uid_t owner_;
  server_rec* server_;
  bool restart_;
};

} // namespace

bool is_restart() {
  int generation = 0;
  // The second holds for a restart that brings the module in.
  return retained().served ||
         (ap_mpm_query(AP_MPMQ_GENERATION, &generation) == APR_SUCCESS && generation > 0);
}

bool publish_files(Globals& globals, apr_pool_t* pconf, server_rec* s) {
  Retained& kept = retained();
  const bool restart = is_restart();
  kept.served = true;
  if (kept.board != nullptr && !kept.board->is_ours()) kept.board = nullptr;
  // Also a configuration that follows nothing counts, and lets versions grow old.
  const std::uint32_t config = kept.board != nullptr ? kept.board->next_config() : 0;
  if (globals.follows_nothing()) return true;
  const int level = restart ? APLOG_CRIT : APLOG_EMERG;

  if (kept.board == nullptr) kept.board = PublicationBoard::create();
  if (kept.board == nullptr) {
    ap_log_error(APLOG_MARK, level, errno, s, PA1015 "no shared memory for the files in force");
    return restart;
  }
  const uid_t owner = geteuid() == 0 ? ap_unixd_config.user_id : static_cast<uid_t>(-1);
  const std::string folder_path = image_folder_path(pconf);
  const ImageFolder folder(folder_path, kept.board->nonce());
  if (const auto prepared = folder.prepare(geteuid() == 0 ? owner : geteuid()); !prepared) {
    ap_log_error(APLOG_MARK, level, 0, s, PA1015 "the folder of the files in force: %s",
                 prepared.error().c_str());
    return restart;
  }
  if (const int error = open_as_server_user(folder_path.c_str(), O_RDONLY | O_DIRECTORY);
      error != 0) {
    ap_log_error(APLOG_MARK, level, error, s,
                 PA1015
                 "the folder of the files in force, \"%s\", cannot be reached by the server's user "
                 "\"%s\"; give that user search permission on the folders above it, or set "
                 "DefaultRuntimeDir",
                 folder_path.c_str(), ap_unixd_config.user_name);
    return restart;
  }

  auto& followed = *make_on_pool<FollowedFiles>(pconf, s);
  // Before any file is in force: one that nobody followed would stay so.
  if (!start_watchdog(globals, followed, pconf)) {
    ap_log_error(APLOG_MARK, level, 0, s,
                 PA1014 "changes of files are followed by mod_watchdog; load watchdog_module");
    return restart;
  }
  Publishing publishing(*kept.board, folder, config, owner, s, restart);
  if (!publishing.follow(globals.trusts, followed) ||
      !publishing.follow(globals.revocations, followed) ||
      !publishing.follow(globals.acls, followed) || !publishing.follow(globals.passwords, followed))
    return false;
  globals.followed = &followed;
  return true;
}

void register_live_file_hooks() {
  ap_hook_child_init(polyauth_watch_until_the_end, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace polyauth::apache
