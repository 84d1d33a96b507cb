// SPDX-License-Identifier: Apache-2.0
// What was refused: why, whom, and the last of it.
#include "apache/pages/status_parts.hpp"
#include "apache/pages/table.hpp"
#include "core/reason_help.hpp"

#include <algorithm>
#include <map>

namespace polyauth::apache {

namespace {

using Kind = Table::Kind;

constexpr std::size_t kMostTop = 8;
constexpr std::size_t kShown = 12; // of the last refusals, before one has to unfold them

// What occurs most often.
Html top(std::string_view name, const std::map<std::string, std::size_t>& counts) {
  std::vector<std::pair<std::string, std::size_t>> rows(counts.begin(), counts.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (rows.size() > kMostTop) rows.resize(kMostTop);
  Table table({{name, Kind::kPath}, {"Refusals", Kind::kNumber}});
  for (const auto& [text, count] : rows) table.row({cell(text), cell(number_text(count))});
  return table.html();
}

Html refusals_table(const std::vector<PastRefusal>& refusals, std::size_t from, std::size_t to) {
  Table table(
      {{"Time, UTC"}, {"Reason"}, {"Device"}, {"Address", Kind::kPath}, {"Request", Kind::kPath}});
  for (std::size_t i = from; i < to; ++i) {
    const PastRefusal& each = refusals[i];
    Html reason;
    reason << slug(each.reason);
    if (each.audit) reason << " <span class=\"soft\">(Audit)</span>"_html;
    Html device;
    if (each.device)
      device << each.device->to_string();
    else
      device << "<span class=\"soft\">not known</span>"_html;
    table.row({moment(each.at), reason, device, cell(visible(each.client)),
               cell(visible(each.method) + ' ' + visible(each.path))});
  }
  return table.html();
}

} // namespace

Html reasons_card(const StatusView& view) {
  struct Row {
    Reason reason;
    std::uint64_t refused;
    std::uint64_t would;
  };
  std::vector<Row> rows;
  bool has_audit = false;
  for (std::size_t i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    const Row row = {reason, view.board->requests.total(reason, Outcome::kRefused),
                     view.board->requests.total(reason, Outcome::kWouldDeny)};
    if (row.refused + row.would > 0) rows.push_back(row);
    has_audit = has_audit || row.would > 0;
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return a.refused + a.would > b.refused + b.would;
  });
  Html html;
  html << "<section class=\"card\" id=\"reasons\">\n<h2>Refused, by reason</h2>\n"_html;
  if (rows.empty()) return html << "<p>Nothing was refused.</p>\n</section>\n"_html;
  std::vector<Table::Column> columns = {{"Reason"}, {"Refused", Kind::kNumber}};
  if (has_audit) columns.push_back({"In Audit", Kind::kNumber});
  columns.push_back({"What it means, what to do", Kind::kText});
  Table table(std::move(columns));
  for (const Row& row : rows) {
    const ReasonHelp help = reason_help(row.reason);
    Html words;
    words << help.meaning << " <b>"_html << help.action << "</b>"_html;
    std::vector<Html> cells = {cell(slug(row.reason)), cell(number_text(row.refused))};
    if (has_audit) cells.push_back(cell(number_text(row.would)));
    cells.push_back(words);
    table.row(cells);
  }
  return html << table.html() << "</section>\n"_html;
}

Html top_card(const std::vector<PastRefusal>& refusals) {
  std::map<std::string, std::size_t> devices;
  std::map<std::string, std::size_t> clients;
  for (const PastRefusal& each : refusals) {
    ++devices[each.device ? each.device->to_string() : "not known"];
    ++clients[visible(each.client)];
  }
  Html html;
  if (refusals.empty()) return html;
  return html << "<section class=\"card\">\n<h2>Who was refused most, of the last "_html
              << std::to_string(refusals.size()) << "</h2>\n<div class=\"pair\">\n<div>"_html
              << top("Device", devices) << "</div>\n<div>"_html << top("Address", clients)
              << "</div>\n</div>\n</section>\n"_html;
}

Html refusals_card(const std::vector<PastRefusal>& refusals) {
  Html html;
  html << "<section class=\"card\" id=\"refusals\">\n<h2>Last refusals</h2>\n"_html;
  if (refusals.empty()) return html << "<p>None.</p>\n</section>\n"_html;
  const std::size_t shown = std::min(kShown, refusals.size());
  html << refusals_table(refusals, 0, shown);
  if (shown < refusals.size())
    html << "<details>\n<summary>"_html << std::to_string(refusals.size() - shown)
         << " before these</summary>\n"_html << refusals_table(refusals, shown, refusals.size())
         << "</details>\n"_html;
  return html << "</section>\n"_html;
}

} // namespace polyauth::apache
