// SPDX-License-Identifier: Apache-2.0
#include "apache/pages/layout.hpp"
#include "apache/pages/status_chart.hpp"
#include "apache/pages/status_view.hpp"
#include "core/reason_help.hpp"
#include "core/utc_time.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace polyauth::apache {

namespace {

constexpr std::size_t kMostEnding = 100;
constexpr std::size_t kMostTop = 10;

Html moment(std::int64_t seconds) {
  const std::string text = utc_text(seconds); // 2026-11-24T18:00:00Z
  Html html;
  return html << "<time datetime=\""_html << text << "\">"_html << text.substr(0, 10) << " "_html
              << text.substr(11, 8) << " UTC</time>"_html;
}

std::string age_text(std::int64_t seconds) {
  seconds = std::max<std::int64_t>(seconds, 0);
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 7200) return std::to_string(seconds / 60) + " min";
  if (seconds < 172'800) return std::to_string(seconds / 3600) + " h";
  return std::to_string(seconds / 86400) + " days";
}

Html field(std::string_view name, const Html& value) {
  Html html;
  return html << "<div><dt>"_html << name << "</dt><dd>"_html << value << "</dd></div>\n"_html;
}
Html field(std::string_view name, std::string_view value) {
  Html html;
  return field(name, html << value);
}

Html summary_card(const StatusView& view) {
  std::array<std::uint64_t, kOutcomeCount> all{};
  for (std::size_t i = 0; i < kReasonCount; ++i)
    for (std::size_t k = 0; k < kOutcomeCount; ++k)
      all.at(k) += view.board->requests.total(static_cast<Reason>(i), static_cast<Outcome>(k));
  Html html;
  return html << "<section class=\"card\">\n<h2>In all</h2>\n<dl>\n"_html
              << field("Granted", std::to_string(all[0]))
              << field("Refused", std::to_string(all[1]))
              << field("Would be refused (Audit)", std::to_string(all[2]))
              << field("Counted since", moment(view.board->since()))
              << field("Now", moment(view.now)) << field("Server", view.server)
              << field("mod_polyauth", view.version) << "</dl>\n</section>\n"_html;
}

Html charts_card(const StatusView& view) {
  const auto hours = view.board->requests.hours(view.now);
  const std::vector<RequestCounters::Period> day(hours.end() - 24, hours.end());
  Html html;
  return html << "<section class=\"card\">\n<h2>Over time</h2>\n"_html
              << chart("Last hour, by the minute", view.board->requests.minutes(view.now))
              << chart("Last day, by the hour", day)
              << chart("Last fortnight, by the day", merged(hours, 24)) << chart_legend()
              << "</section>\n"_html;
}

Html reasons_card(const StatusView& view) {
  struct Row {
    Reason reason;
    std::uint64_t refused;
    std::uint64_t would;
  };
  std::vector<Row> rows;
  for (std::size_t i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    const Row row = {reason, view.board->requests.total(reason, Outcome::kRefused),
                     view.board->requests.total(reason, Outcome::kWouldDeny)};
    if (row.refused + row.would > 0) rows.push_back(row);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return a.refused + a.would > b.refused + b.would;
  });
  Html html;
  html << "<section class=\"card\" id=\"reasons\">\n<h2>Refused, by reason</h2>\n"_html;
  if (rows.empty()) return html << "<p>Nothing was refused.</p>\n</section>\n"_html;
  html << "<ul>\n"_html;
  for (const Row& row : rows) {
    const ReasonHelp help = reason_help(row.reason);
    html << "<li class=\"wide\">\n<h3>"_html << slug(row.reason) << "</h3>\n<p>"_html
         << std::to_string(row.refused) << " refused, "_html << std::to_string(row.would)
         << " would be. "_html << help.meaning << " <b>"_html << help.action
         << "</b></p>\n</li>\n"_html;
  }
  return html << "</ul>\n</section>\n"_html;
}

// What occurs most often among the last refusals.
Html top(std::string_view title, const std::map<std::string, std::size_t>& counts) {
  std::vector<std::pair<std::string, std::size_t>> rows(counts.begin(), counts.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (rows.size() > kMostTop) rows.resize(kMostTop);
  Html html;
  html << "<h3>"_html << title << "</h3>\n"_html;
  if (rows.empty()) return html << "<p>None.</p>\n"_html;
  html << "<dl>\n"_html;
  for (const auto& [name, count] : rows) html << field(name, std::to_string(count));
  return html << "</dl>\n"_html;
}

Html top_card(const std::vector<PastRefusal>& refusals) {
  std::map<std::string, std::size_t> devices;
  std::map<std::string, std::size_t> clients;
  for (const PastRefusal& each : refusals) {
    if (each.device) ++devices[each.device->to_string()];
    ++clients[visible(each.client)];
  }
  Html html;
  return html << "<section class=\"card\">\n<h2>Most often among the last refusals</h2>\n"_html
              << top("Devices", devices) << top("Addresses", clients) << "</section>\n"_html;
}

Html refusals_card(const std::vector<PastRefusal>& refusals) {
  Html html;
  html << "<section class=\"card\" id=\"refusals\">\n<h2>Last refusals</h2>\n"_html;
  if (refusals.empty()) return html << "<p>None.</p>\n</section>\n"_html;
  html << "<ul>\n"_html;
  for (const PastRefusal& each : refusals)
    html << "<li class=\"wide\">\n<dl>\n"_html << field("At", moment(each.at))
         << field(each.audit ? "Would be refused" : "Refused", slug(each.reason))
         << field("Device", each.device ? each.device->to_string() : "not known")
         << field("Address", visible(each.client))
         << field("Request", visible(each.method) + ' ' + visible(each.path))
         << "</dl>\n</li>\n"_html;
  return html << "</ul>\n</section>\n"_html;
}

Html files_card(const StatusView& view) {
  Html html;
  html << "<section class=\"card\" id=\"files\">\n<h2>Files in force</h2>\n"_html;
  if (view.files.empty())
    return html << "<p>The configuration names none that is followed.</p>\n</section>\n"_html;
  html << "<ul>\n"_html;
  for (const FileStatus& file : view.files) {
    html << "<li class=\"wide\">\n<h3>"_html << visible(file.path) << "</h3>\n<dl>\n"_html
         << field("Kind", kind_text(file.kind));
    if (file.generation == 0)
      html << field("In force", "nothing");
    else
      html << field("Holds", file.summary) << field("Generation", std::to_string(file.generation))
           << field("Adopted", moment(file.adopted))
           << field("Age", age_text(view.now - file.adopted));
    html << "</dl>\n"_html;
    if (!file.problem.empty())
      html << "<p class=\"error\">Not adopted: "_html << visible(file.problem) << "</p>\n"_html;
    html << "</li>\n"_html;
  }
  return html << "</ul>\n</section>\n"_html;
}

Html labels_part(const LoginStatus& logins) {
  Html html;
  html << "<h3>Passwords in use</h3>\n"_html;
  if (logins.labels.empty()) return html << "<p>No device has logged in yet.</p>\n"_html;
  html << "<ul>\n"_html;
  for (const LabelUse& each : logins.labels)
    html << "<li class=\"wide\"><dl>"_html
         << field("Label", each.label.empty() ? "(none)" : visible(each.label))
         << field("Devices", std::to_string(each.devices)) << field("Last login", moment(each.last))
         << "</dl></li>\n"_html;
  return html << "</ul>\n<p>polyauthctl password usage names the devices, and tells when a "
                 "password can be retired.</p>\n"_html;
}

Html ending_part(const LoginStatus& logins) {
  Html html;
  html << "<h3>Certificates that end within 90 days</h3>\n"_html;
  if (logins.ending.empty()) return html << "<p>None of those seen.</p>\n"_html;
  html << "<dl>\n"_html;
  for (std::size_t i = 0; i < std::min(logins.ending.size(), kMostEnding); ++i)
    html << field(logins.ending[i].device.to_string(), moment(logins.ending[i].until));
  html << "</dl>\n"_html;
  if (logins.ending.size() > kMostEnding)
    html << "<p>And "_html << std::to_string(logins.ending.size() - kMostEnding)
         << " more.</p>\n"_html;
  return html;
}

Html logins_card(const StatusView& view) {
  Html html;
  html << "<section class=\"card\" id=\"logins\">\n<h2>Logins of devices</h2>\n"_html;
  switch (view.login_source) {
  case LoginSource::kNone:
    html << "<p>Passwords in use and certificates that end soon are known where PolyAuthState is "
            "set.</p>\n"_html;
    break;
  case LoginSource::kUnreachable:
    html << "<p>They cannot be looked up at the moment.</p>\n"_html;
    break;
  case LoginSource::kKnown: html << labels_part(view.logins) << ending_part(view.logins); break;
  }
  return html << "</section>\n"_html;
}

} // namespace

Html status_page(const StatusView& view) {
  const std::vector<PastRefusal> refusals = view.board->refusals.latest();
  Html content;
  content << "<h1>Status</h1>\n"_html << summary_card(view) << charts_card(view)
          << reasons_card(view) << top_card(refusals) << files_card(view) << logins_card(view)
          << refusals_card(refusals);
  return whole_page("Status", view.user, content);
}

} // namespace polyauth::apache
