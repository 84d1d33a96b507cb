// SPDX-License-Identifier: Apache-2.0
// The status page for people: first what is wrong, then how much, then each thing.
#include "apache/pages/layout.hpp"
#include "apache/pages/status_chart.hpp"
#include "apache/pages/status_parts.hpp"
#include "apache/pages/table.hpp"

#include <algorithm>
#include <array>

namespace polyauth::apache {

namespace {

Html tile(std::string_view name, std::uint64_t number) {
  Html html;
  return html << "<div><dt>"_html << name << "</dt><dd>"_html << number_text(number)
              << "</dd></div>\n"_html;
}

Html summary_card(const StatusView& view) {
  std::array<std::uint64_t, kOutcomeCount> all{};
  for (std::size_t i = 0; i < kReasonCount; ++i)
    for (std::size_t k = 0; k < kOutcomeCount; ++k)
      all.at(k) += view.board->requests.total(static_cast<Reason>(i), static_cast<Outcome>(k));
  Html html;
  return html << "<section class=\"card\">\n<h2>Requests</h2>\n<dl class=\"tiles\">\n"_html
              << tile("granted", all[0]) << tile("refused", all[1])
              << tile("would be refused (Audit)", all[2])
              << "</dl>\n<p class=\"hint\">Counted since "_html << moment(view.board->since())
              << " UTC. This page is of "_html << moment(view.now) << " UTC, by mod_polyauth "_html
              << view.version << " in "_html << view.server << ".</p>\n</section>\n"_html;
}

Html charts_card(const StatusView& view) {
  const auto hours = view.board->requests.hours(view.now);
  const std::vector<RequestCounters::Period> day(hours.end() - 24, hours.end());
  Html html;
  if (std::all_of(hours.begin(), hours.end(),
                  [](const auto& hour) { return hour.counts == RequestCounters::Period{}.counts; }))
    return html << "<section class=\"card\">\n<h2>Over time</h2>\n"
                   "<p>No request in the last fortnight.</p>\n</section>\n"_html;
  return html << "<section class=\"card\">\n<h2>Over time</h2>\n"_html
              << chart("Last hour, by the minute", view.board->requests.minutes(view.now))
              << "<div class=\"pair\">\n<div>"_html << chart("Last day, by the hour", day)
              << "</div>\n<div>"_html << chart("Last fortnight, by 24 hours", merged(hours, 24))
              << "</div>\n</div>\n"_html << chart_legend() << "</section>\n"_html;
}

} // namespace

Html status_page(const StatusView& view) {
  const std::vector<PastRefusal> refusals = view.board->refusals.latest();
  Html content;
  content << "<h1>Status</h1>\n"_html << attention_card(view, refusals) << summary_card(view)
          << charts_card(view) << reasons_card(view) << refusals_card(refusals)
          << top_card(refusals) << files_card(view) << logins_card(view);
  return whole_page("Status", view.user, content, PageWidth::kWide);
}

} // namespace polyauth::apache
