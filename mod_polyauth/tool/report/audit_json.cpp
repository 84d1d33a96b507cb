// SPDX-License-Identifier: Apache-2.0
#include "core/reason_help.hpp"
#include "tool/report/audit.hpp"

#include <nlohmann/json.hpp>

namespace polyauth::tool {

namespace {

using Json = nlohmann::ordered_json;

Json refusals_json(const Refusals& refusals) {
  return {{"would_deny", refusals.would_deny}, {"denied", refusals.denied}};
}

Json table_json(const Tally& tally, const char* key, std::size_t top) {
  Json rows = Json::array();
  for (const Tally::Row& row : tally.top(top)) {
    Json object = {{key, row.key}};
    object.update(refusals_json(row.refusals));
    rows.push_back(std::move(object));
  }
  return {{"top", std::move(rows)},
          {"all", refusals_json(tally.all())},
          {"dropped", tally.forgotten()}};
}

Json remedies_json(const ReasonAudit& audit, std::size_t top) {
  Json list = Json::array();
  for (const Remedy remedy : kRemedies) {
    const Tally& words = audit.remedies[static_cast<std::size_t>(remedy)];
    std::vector<std::string> most;
    for (Tally::Row& row : words.top(top)) most.push_back(std::move(row.key));
    if (most.empty()) continue;
    const bool acl = remedy == Remedy::kAcl;
    list.push_back({{"directive", acl ? "PolyAuthAclFile" : directive_of(remedy)},
                    {"line", acl ? Json() : Json(directive_line(remedy, most))},
                    {"words", table_json(words, "word", top)}});
  }
  return list;
}

} // namespace

void print_json(const Audit& audit, std::size_t top, Console& console) {
  const Audit::Totals& totals = audit.totals();
  Json reasons = Json::array();
  for (const Audit::Part& part : audit.parts()) {
    const ReasonHelp help = reason_help(part.reason);
    Json object = {{"reason", slug(part.reason)}};
    object.update(refusals_json(part.audit->paths.all()));
    object["meaning"] = help.meaning;
    object["action"] = help.action;
    object["remedies"] = remedies_json(*part.audit, top);
    object["paths"] = table_json(part.audit->paths, "path", top);
    object["devices"] = table_json(part.audit->devices, "device", top);
    reasons.push_back(std::move(object));
  }
  Json faults = Json::array();
  for (const Audit::Fault& fault : audit.faults())
    faults.push_back({{"file", fault.file},
                      {"line", fault.what.line},
                      {"column", fault.what.column},
                      {"text", fault.what.text}});
  Json all = {{"requests", totals.requests}, {"granted", totals.granted}};
  all.update(refusals_json(totals.refusals));
  all["not_understood"] = totals.faults;
  all["first_not_understood"] = std::move(faults);
  all["reasons"] = std::move(reasons);
  // A path may be no UTF-8, which JSON must be.
  console.print_text(all.dump(2, ' ', true, Json::error_handler_t::replace) + '\n');
}

} // namespace polyauth::tool
