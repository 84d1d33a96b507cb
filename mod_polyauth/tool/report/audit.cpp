// SPDX-License-Identifier: Apache-2.0
#include "tool/report/audit.hpp"

#include "core/mac_scan.hpp"

#include <algorithm>
#include <iterator>

namespace polyauth::tool {

namespace {

// One row for all devices that ask for the same of their own.
std::string path_key(const AccessLogLine& line) {
  std::string key = line.request.method + ' ';
  const std::string_view path = line.request.path;
  std::size_t from = 0;
  std::size_t done = 0;
  while (line.device) {
    const auto sighting = next_mac(path, from, line.device);
    if (!sighting) break;
    if (sighting->address == *line.device) {
      key += path.substr(done, sighting->begin - done);
      key += "{mac}";
      done = sighting->end;
    }
    from = sighting->end;
  }
  return key += path.substr(done);
}

} // namespace

ReasonAudit::ReasonAudit(std::size_t keep)
    : paths(keep), devices(keep), remedies(std::size(kRemedies), Tally(keep)) {}

void Audit::take(const std::string& file, std::size_t number, std::string_view text) {
  const auto read = parse_access_log(text);
  if (const auto* fault = std::get_if<AccessLogFault>(&read)) {
    ++totals_.faults;
    if (faults_.size() < kMaxFaults)
      faults_.push_back({file, {number, fault->at + 1, fault->text}});
    return;
  }
  ++totals_.requests;
  const auto& line = std::get<AccessLogLine>(read);
  if (line.decision == LoggedDecision::kGranted)
    ++totals_.granted;
  else if (line.decision != LoggedDecision::kNone)
    take_refusal(line);
}

void Audit::take_refusal(const AccessLogLine& line) {
  Refusals one;
  ++(line.decision == LoggedDecision::kWouldDeny ? one.would_deny : one.denied);
  totals_.refusals += one;
  ReasonAudit& audit = reasons_.try_emplace(*line.reason, keep_).first->second;
  audit.paths.add(path_key(line), one);
  audit.devices.add(line.device ? line.device->to_string() : line.client, one);
  if (const auto proposal = propose(line))
    audit.remedies[static_cast<std::size_t>(proposal->remedy)].add(proposal->word, one);
}

std::vector<Audit::Part> Audit::parts() const {
  std::vector<Part> parts;
  for (const auto& [reason, audit] : reasons_) parts.push_back({reason, &audit});
  std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
    return a.audit->paths.all().total() > b.audit->paths.all().total();
  });
  return parts;
}

} // namespace polyauth::tool
