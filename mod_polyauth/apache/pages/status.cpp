// SPDX-License-Identifier: Apache-2.0
// PolyAuthPage status: whether it works, and what will soon not.
#include "apache/pages/page.hpp"
#include "apache/pages/response.hpp"
#include "apache/pages/status_view.hpp"
#include "apache/state/state_access.hpp"
#include "version.hpp"

#include <algorithm>
#include <map>

namespace polyauth::apache {

namespace {

constexpr const char* kPrometheusType = "text/plain; version=0.0.4; charset=utf-8";

FileStatus status_of(const FollowedFile& file) {
  FileStatus status{file.format->kind, file.path, 0, 0, {}, {}};
  if (file.slot == nullptr) return status;
  PublicationSlot& slot = *file.slot;
  status.generation = slot.in_force();
  const SlotLock lock(slot, SlotLock::Wait::kNo);
  if (!lock.held()) {
    status.summary = "being read anew at this moment";
    return status;
  }
  status.generation = slot.in_force();
  status.adopted = slot.adopted_at;
  status.summary = slot.summary.data();
  status.problem = slot.problem.data();
  return status;
}

std::vector<FileStatus> files_of(const Globals& globals) {
  std::vector<FileStatus> files;
  const auto add = [&](const auto& sources) {
    for (const FollowedFile* const file : sources) files.push_back(status_of(*file));
  };
  add(globals.acls);
  add(globals.trusts);
  add(globals.revocations);
  add(globals.passwords);
  return files;
}

LoginStatus logins_of(const std::vector<Sighting>& sightings, std::int64_t now) {
  std::map<MacAddress, const Sighting*> latest;
  std::map<std::string, LabelUse> labels;
  for (const Sighting& each : sightings) {
    const Sighting*& last = latest[each.mac];
    if (last == nullptr || last->at < each.at) last = &each;
    LabelUse& use = labels[each.label];
    use.label = each.label;
    ++use.devices;
    use.last = std::max(use.last, each.at);
  }
  LoginStatus status;
  for (const auto& [mac, sighting] : latest)
    if (sighting->certificate_until != 0 && sighting->certificate_until < now + StatusView::kSoon)
      status.ending.push_back({mac, sighting->certificate_until});
  std::stable_sort(status.ending.begin(), status.ending.end(),
                   [](const auto& a, const auto& b) { return a.until < b.until; });
  for (auto& [label, use] : labels) status.labels.push_back(std::move(use));
  return status;
}

void add_logins(request_rec* r, StatusView& view) {
  if (!has_state(r->server)) return;
  const auto seen = with_state(r, [](StateStore& store) { return store.usage(); });
  view.login_source = seen ? LoginSource::kKnown : LoginSource::kUnreachable;
  if (seen) view.logins = logins_of(*seen, view.now);
}

StatusView view_of(const request_rec* r, const StatusBoard& board) {
  StatusView view;
  view.now = apr_time_sec(apr_time_now());
  view.server = ap_get_server_description();
  view.version = POLYAUTH_VERSION;
  if (r->user != nullptr) view.user = r->user;
  view.board = &board;
  view.files = files_of(globals(r->server));
  return view;
}

} // namespace

int answer_status(request_rec* r) {
  if (r->method_number != M_GET)
    return send(r,
                {HTTP_METHOD_NOT_ALLOWED, kTextType, "Accepted are GET and HEAD.\n", "GET, HEAD"});
  const StatusBoard* const board = globals(r->server).status;
  if (board == nullptr) return HTTP_SERVICE_UNAVAILABLE; // the log has said why
  StatusView view = view_of(r, *board);
  const std::string_view query = r->args != nullptr ? r->args : "";
  // A scrape comes often, and the state may hold many devices.
  if (query == "format=prometheus")
    return send(r, {HTTP_OK, kPrometheusType, status_prometheus(view)});
  add_logins(r, view);
  if (query == "format=json") return send(r, {HTTP_OK, kJsonType, status_json(view)});
  if (query.empty()) return send(r, {HTTP_OK, kHtmlType, status_page(view).text()});
  return send(r, {HTTP_BAD_REQUEST, kTextType,
                  "Accepted are format=json, format=prometheus, and no query for the page.\n"});
}

} // namespace polyauth::apache
