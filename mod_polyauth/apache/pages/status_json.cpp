// SPDX-License-Identifier: Apache-2.0
#include "apache/pages/status_view.hpp"
#include "core/utc_time.hpp"

#include <nlohmann/json.hpp>

namespace polyauth::apache {

namespace {

using Json = nlohmann::ordered_json;

Json counts_json(const StatusBoard& board) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < kReasonCount; ++i)
    for (const Outcome outcome : {Outcome::kGranted, Outcome::kRefused, Outcome::kWouldDeny}) {
      const auto reason = static_cast<Reason>(i);
      const std::uint64_t total = board.requests.total(reason, outcome);
      if (total > 0)
        rows.push_back(
            {{"decision", outcome_text(outcome)}, {"reason", slug(reason)}, {"total", total}});
    }
  return rows;
}

Json periods_json(const std::vector<RequestCounters::Period>& periods) {
  Json rows = Json::array();
  for (const auto& period : periods)
    rows.push_back({{"from", utc_text(period.from)},
                    {"granted", period.of(Outcome::kGranted)},
                    {"denied", period.of(Outcome::kRefused)},
                    {"would-deny", period.of(Outcome::kWouldDeny)}});
  return rows;
}

Json refusals_json(const std::vector<PastRefusal>& refusals) {
  Json rows = Json::array();
  for (const PastRefusal& each : refusals) {
    Json row = {
        {"at", utc_text(each.at)},        {"decision", each.audit ? "would-deny" : "denied"},
        {"reason", slug(each.reason)},    {"device", nullptr},
        {"method", visible(each.method)}, {"path", visible(each.path)},
        {"client", visible(each.client)}};
    if (each.device) row["device"] = each.device->to_string();
    rows.push_back(std::move(row));
  }
  return rows;
}

Json files_json(const std::vector<FileStatus>& files) {
  Json rows = Json::array();
  for (const FileStatus& file : files) {
    Json row = {{"kind", kind_text(file.kind)},  {"path", file.path},
                {"generation", file.generation}, {"adopted", nullptr},
                {"summary", file.summary},       {"problem", nullptr}};
    if (file.generation != 0) row["adopted"] = utc_text(file.adopted);
    if (!file.problem.empty()) row["problem"] = file.problem;
    rows.push_back(std::move(row));
  }
  return rows;
}

Json logins_json(const StatusView& view) {
  if (view.login_source != LoginSource::kKnown) return nullptr;
  Json ending = Json::array();
  for (const EndingCertificate& each : view.logins.ending)
    ending.push_back({{"device", each.device.to_string()}, {"until", utc_text(each.until)}});
  Json labels = Json::array();
  for (const LabelUse& each : view.logins.labels)
    labels.push_back(
        {{"label", each.label}, {"devices", each.devices}, {"last", utc_text(each.last)}});
  return {{"certificates_ending", std::move(ending)}, {"password_labels", std::move(labels)}};
}

} // namespace

std::string status_json(const StatusView& view) {
  const Json all = {{"now", utc_text(view.now)},
                    {"since", utc_text(view.board->since())},
                    {"server", view.server},
                    {"version", view.version},
                    {"requests", counts_json(*view.board)},
                    {"minutes", periods_json(view.board->requests.minutes(view.now))},
                    {"hours", periods_json(view.board->requests.hours(view.now))},
                    {"refusals", refusals_json(view.board->refusals.latest())},
                    {"files", files_json(view.files)},
                    {"logins", logins_json(view)}};
  // A path of the configuration need not be UTF-8.
  return all.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace polyauth::apache
