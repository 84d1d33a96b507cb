// SPDX-License-Identifier: Apache-2.0
// What is in force, who logs in, and what is wrong with either.
#include "apache/pages/status_parts.hpp"
#include "apache/pages/table.hpp"

#include <algorithm>

namespace polyauth::apache {

namespace {

using Kind = Table::Kind;

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::size_t kMostEnding = 100;

std::string_view kind_words(FileKind kind) noexcept {
  switch (kind) {
  case FileKind::kAcl: return "list of phones";
  case FileKind::kTrust: return "trust file";
  case FileKind::kRevocation: return "CRLs";
  case FileKind::kPasswords: return "passwords";
  }
  return "";
}

// "3 days"; of one second at least.
std::string span_text(std::int64_t seconds) {
  seconds = std::max<std::int64_t>(seconds, 1);
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 2 * kHour) return std::to_string(seconds / 60) + " min";
  if (seconds < 2 * kDay) return std::to_string(seconds / kHour) + " h";
  return std::to_string(seconds / kDay) + " days";
}

bool is_in_order(const FileStatus& file) noexcept {
  return file.generation != 0 && file.problem.empty();
}

Html problem_of(const FileStatus& file) {
  Html html;
  html << "<p>"_html;
  if (file.generation == 0) html << "<b class=\"error\">Nothing is in force.</b> "_html;
  if (!file.problem.empty())
    html << "<b class=\"error\">Not adopted:</b> "_html << visible(file.problem);
  return html << "</p>\n"_html;
}

Html labels_part(const LoginStatus& logins) {
  Html html;
  html << "<h3>Passwords in use</h3>\n"_html;
  if (logins.labels.empty()) return html << "<p>No device has logged in yet.</p>\n"_html;
  Table table({{"Label", Kind::kPath}, {"Devices", Kind::kNumber}, {"Last login, UTC"}});
  for (const LabelUse& each : logins.labels)
    table.row({cell(each.label.empty() ? "(none)" : visible(each.label)),
               cell(number_text(each.devices)), moment(each.last)});
  return html << table.html()
              << "<p class=\"hint\">polyauthctl password usage names the devices, and tells when a "
                 "password can be retired.</p>\n"_html;
}

Html ending_part(const LoginStatus& logins, std::int64_t now) {
  Html html;
  html << "<h3>Certificates that end within 90 days</h3>\n"_html;
  if (logins.ending.empty()) return html << "<p>None of those seen.</p>\n"_html;
  Table table({{"Device"}, {"Ends, UTC"}, {"In"}});
  const std::size_t shown = std::min(logins.ending.size(), kMostEnding);
  for (std::size_t i = 0; i < shown; ++i) {
    const EndingCertificate& each = logins.ending[i];
    Html left;
    if (each.until < now)
      left << "<span class=\"error\">ended</span>"_html;
    else
      left << span_text(each.until - now);
    table.row({cell(each.device.to_string()), moment(each.until), left});
  }
  html << table.html();
  if (shown < logins.ending.size())
    html << "<p>And "_html << number_text(logins.ending.size() - shown) << " more.</p>\n"_html;
  return html;
}

// Of the last hour: the server could not decide.
bool has_failed(const std::vector<PastRefusal>& refusals, std::int64_t now) {
  return std::any_of(refusals.begin(), refusals.end(), [now](const PastRefusal& each) {
    return each.at > now - kHour &&
           (each.reason == Reason::kInternalError || each.reason == Reason::kAclUnavailable);
  });
}

} // namespace

Html attention_card(const StatusView& view, const std::vector<PastRefusal>& refusals) {
  Html problems;
  for (const FileStatus& file : view.files)
    if (!is_in_order(file))
      problems << "<li class=\"wide\"><h3>"_html << visible(file.path) << "</h3>\n"_html
               << problem_of(file) << "</li>\n"_html;
  if (has_failed(refusals, view.now))
    problems << "<li class=\"wide\"><p>Requests of the last hour were refused because something "
                "could not be read: <a href=\"#refusals\">internal-error or "
                "acl-unavailable</a>.</p></li>\n"_html;
  if (view.login_source == LoginSource::kUnreachable)
    problems << "<li class=\"wide\"><p>PolyAuthState is away: no one-time password opens. The "
                "error log says why.</p></li>\n"_html;
  Html html;
  if (problems.text().empty()) return html;
  return html
         << "<section class=\"card bad\" id=\"attention\">\n<h2>Needs attention</h2>\n<ul>\n"_html
         << problems << "</ul>\n</section>\n"_html;
}

Html files_card(const StatusView& view) {
  Html html;
  html << "<section class=\"card\" id=\"files\">\n<h2>Files in force</h2>\n"_html;
  if (view.files.empty())
    return html << "<p>The configuration names none that is followed.</p>\n</section>\n"_html;
  Table table({{"File", Kind::kPath},
               {"Kind"},
               {"Holds"},
               {"Version", Kind::kNumber},
               {"Adopted, UTC"},
               {"Age"}});
  for (const FileStatus& file : view.files) {
    Html name;
    name << visible(file.path);
    if (!is_in_order(file))
      name << "<br><a class=\"error\" href=\"#attention\">not as it stands on the disk</a>"_html;
    const Html kind = cell(kind_words(file.kind));
    if (file.generation == 0)
      table.row({name, kind, cell("nothing"), cell("-"), cell("-"), cell("-")});
    else
      table.row({name, kind, cell(file.summary), cell(number_text(file.generation)),
                 moment(file.adopted), cell(span_text(view.now - file.adopted))});
  }
  return html << table.html() << "</section>\n"_html;
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
  case LoginSource::kKnown:
    html << "<div class=\"pair\">\n<div>"_html << labels_part(view.logins) << "</div>\n<div>"_html
         << ending_part(view.logins, view.now) << "</div>\n</div>\n"_html;
    break;
  }
  return html << "</section>\n"_html;
}

} // namespace polyauth::apache
