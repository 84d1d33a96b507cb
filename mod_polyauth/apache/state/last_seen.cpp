// SPDX-License-Identifier: Apache-2.0
#include "apache/state/last_seen.hpp"

#include "apache/boundary.hpp"
#include "apache/gate/tls_connection.hpp"
#include "apache/state/state_access.hpp"

#include <algorithm>
#include <iterator>

namespace polyauth::apache {

namespace {

constexpr apr_time_t kReportInterval = 60 * apr_time_t{APR_USEC_PER_SEC};

// How soon a login is written. It is what a window stays open for after a login on another
// server.
constexpr apr_interval_time_t kFlushInterval = APR_USEC_PER_SEC;
constexpr apr_interval_time_t kRetryInterval = 10 * kFlushInterval;

std::int64_t certificate_end(request_rec* r) {
  const DirConfig& config = dir_config(r);
  const PresentedCertificate presented = presented_certificate(
      r, config.identity != nullptr ? *config.identity : globals(r->server).default_identity);
  return presented.device != nullptr ? presented.device->facts.not_after : 0;
}

// A statement in the request, and rare: once for each device that has been set up.
void end_window(request_rec* r, const MacAddress& device, std::int64_t now) {
  const auto ended =
      with_state(r, [&](StateStore& store) { return store.end_window(device, now); });
  if (ended && *ended)
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r,
                  PA4046 "a regular password ends the window of the one-time password device=%s",
                  device.to_string().c_str());
}

extern "C" {
static apr_status_t polyauth_flush(int state, void* data, apr_pool_t*) {
  if (state == AP_WATCHDOG_STATE_RUNNING) static_cast<LastSeen*>(data)->flush(LastSeen::When::kNow);
  return APR_SUCCESS;
}
static apr_status_t polyauth_last_flush(void* data) {
  static_cast<LastSeen*>(data)->flush(LastSeen::When::kAtTheEnd);
  return APR_SUCCESS;
}
// A child that ends serves requests for longer than its watchdogs run. Its pool goes when it
// has no other thread any more; first of all that is on it, for mod_dbd is needed.
static void polyauth_child_init(apr_pool_t* pchild, server_rec* s) {
  if (LastSeen* const seen = globals(s).last_seen; seen != nullptr)
    apr_pool_pre_cleanup_register(pchild, seen, polyauth_last_flush);
}
}

bool start_watchdog(LastSeen& seen, apr_pool_t* pconf) {
  auto* const get_instance = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance);
  auto* const register_callback = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback);
  ap_watchdog_t* watchdog = nullptr;
  // In each child, and not that of the files, which must not wait for a database.
  return get_instance != nullptr && register_callback != nullptr &&
         get_instance(&watchdog, "_polyauth_state_", 0, 0, pconf) == APR_SUCCESS &&
         register_callback(watchdog, kFlushInterval, &seen, polyauth_flush) == APR_SUCCESS;
}

// Outlives the configuration, and this load of the module: a phone that has used its one-time
// password before a graceful restart logs in after it.
OpenWindows* retained_windows() {
  // The name changes with the layout.
  constexpr const char* kName = "polyauth_open_windows_1";
  void* kept = ap_retained_data_get(kName);
  if (kept == nullptr) kept = ap_retained_data_create(kName, sizeof(OpenWindows*));
  auto*& windows = *static_cast<OpenWindows**>(kept);
  if (windows == nullptr) windows = OpenWindows::create();
  return windows;
}

} // namespace

void note_login(request_rec* r, const MacAddress& device, std::string_view label,
                PasswordSource source) noexcept {
  LastSeen* const seen = globals(r->server).last_seen;
  if (seen == nullptr) return;
  guarded(r, 0, [&] {
    const std::int64_t now = apr_time_sec(apr_time_now());
    const bool regular = source != PasswordSource::kOneTime;
    const bool ends_window = regular && seen->windows().take(device);
    if (ends_window) end_window(r, device, now);
    if (seen->queue().is_news(device, label, now) || ends_window)
      seen->queue().add({{device, std::string(label), now, certificate_end(r)}, regular});
    return 0;
  });
}

void note_open_window(const request_rec* r, const MacAddress& device) noexcept {
  if (LastSeen* const seen = globals(r->server).last_seen; seen != nullptr)
    seen->windows().add(device);
}

// The windows that other servers have opened: a device may log in here with what was noted of
// it within the hour, which nobody writes again.
Result<bool> LastSeen::look(std::int64_t now) {
  const bool is_shared = globals(server_).state_setting->path == nullptr;
  if (!is_shared || !windows_.is_to_look(now)) return true;
  const auto devices =
      with_state(server_, [now](StateStore& store) { return store.open_windows(now); });
  if (!devices) return Error{devices.error()};
  for (const MacAddress& device : *devices) windows_.add(device);
  return true;
}

Result<bool> LastSeen::write(const std::vector<Login>& logins) {
  return with_state(server_, [&](StateStore& store) -> Result<bool> {
    for (const Login& login : logins)
      if (login.regular)
        // One that was opened in the same second may have been opened after it.
        if (auto ended = store.end_window(login.sighting.mac, login.sighting.at - 1); !ended)
          return ended;
    std::vector<Sighting> sightings;
    std::transform(logins.begin(), logins.end(), std::back_inserter(sightings),
                   [](const Login& login) { return login.sighting; });
    return store.note_seen(std::move(sightings));
  });
}

void LastSeen::flush(When when) {
  guarded(server_, 0, [this, when] {
    // The end of a child does not wait for its threads, and mod_dbd aborts with a connection
    // that is not given back.
    const std::lock_guard flushing(flushing_);
    if (ended_) return 0;
    ended_ = when == When::kAtTheEnd;
    report_lost();
    const apr_time_t now = apr_time_now();
    // mod_dbd has something to say each time that it is asked for a connection in vain.
    if (when == When::kNow && now < next_try_ && now >= next_try_ - kRetryInterval) return 0;
    next_try_ = 0;
    auto logins = queue_.take();
    if (!logins.empty() && !write(logins)) {
      queue_.put_back(std::move(logins));
      next_try_ = now + kRetryInterval;
    } else if (when == When::kNow && !look(apr_time_sec(now))) {
      next_try_ = now + kRetryInterval;
    }
    return 0;
  });
}

// flushing_ is held.
void LastSeen::report_lost() {
  const apr_time_t now = apr_time_now();
  if (now < last_report_ + kReportInterval && now >= last_report_) return;
  const std::size_t lost = queue_.take_lost();
  if (lost == 0) return;
  last_report_ = now;
  ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server_,
               PA4045 "%" APR_SIZE_T_FMT " logins of devices were not noted in PolyAuthState, "
                      "which is away or too slow",
               lost);
}

bool start_last_seen(Globals& globals, apr_pool_t* pconf, server_rec* s) {
  if (!globals.state_setting) return true;
  OpenWindows* const windows = retained_windows();
  if (windows == nullptr) return fail_without_state(globals, s, "no shared memory");
  auto* const seen = make_on_pool<LastSeen>(pconf, s, *windows);
  if (!start_watchdog(*seen, pconf))
    return fail_without_state(globals, s,
                              "logins are written to it by mod_watchdog; load watchdog_module");
  globals.last_seen = seen;
  return true;
}

void register_last_seen_hooks() {
  ap_hook_child_init(polyauth_child_init, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace polyauth::apache
