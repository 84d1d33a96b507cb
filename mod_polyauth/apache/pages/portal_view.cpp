// SPDX-License-Identifier: Apache-2.0
#include "apache/pages/portal_view.hpp"

#include "apache/httpd.hpp"
#include "apache/pages/layout.hpp"
#include "core/utc_time.hpp"

#include <array>

namespace polyauth::apache {

namespace {

constexpr std::string_view kTitle = "One-time password for a phone";

// "24 Nov 2026, 18:00 UTC", and for programs the whole of it.
Html moment(std::int64_t seconds) {
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  apr_time_exp_t t{};
  apr_time_exp_gmt(&t, apr_time_from_sec(seconds));
  std::array<char, 64> text{};
  apr_snprintf(text.data(), text.size(), "%d %s %d, %02d:%02d UTC", t.tm_mday,
               kMonths.at(static_cast<std::size_t>(t.tm_mon)), t.tm_year + 1900, t.tm_hour,
               t.tm_min);
  Html html;
  html << "<time datetime=\""_html << utc_text(seconds) << "\">"_html
       << std::string_view(text.data()) << "</time>"_html;
  return html;
}

Html hidden(std::string_view name, std::string_view value) {
  Html html;
  html << "<input type=\"hidden\" name=\""_html << name << "\" value=\""_html << value
       << "\">"_html;
  return html;
}

Html error_summary(const PortalView& view) {
  Html html;
  html
      << "<section class=\"card bad\" role=\"alert\" id=\"problem\">\n<h2>Nothing was done</h2>\n<p>"_html;
  if (view.mac_is_wrong)
    html << "<a href=\"#mac\">"_html << view.problem << "</a>"_html;
  else
    html << view.problem;
  return html << "</p>\n</section>\n"_html;
}

Html issued_card(const IssuedCode& issued) {
  Html html;
  html << "<section class=\"card good\" role=\"status\">\n<h2>Password for "_html
       << issued.mac.to_string() << "</h2>\n<p class=\"code\" id=\"code\">"_html;
  const std::string grouped = issued.code.grouped();
  for (std::size_t from = 0; from < grouped.size();) {
    const std::size_t end = std::min(grouped.find(' ', from), grouped.size());
    if (from > 0) html << " "_html;
    html << "<span>"_html << std::string_view(grouped).substr(from, end - from) << "</span>"_html;
    from = end + 1;
  }
  return html << "</p>\n<p>Type it on the phone as the server password, with or without the "
                 "blanks; any user name will do. The phone must ask for its settings before "_html
              << moment(issued.expires)
              << ".</p>\n<p>It is shown this once. If it is lost, issue another: that ends this "
                 "one.</p>\n</section>\n"_html;
}

Html revoked_card(const MacAddress& mac) {
  Html html;
  return html << "<section class=\"card good\" role=\"status\">\n<h2>Revoked</h2>\n<p>The password "
                 "for <span class=\"mac\">"_html
              << mac.to_string() << "</span> opens nothing any more.</p>\n</section>\n"_html;
}

Html issue_form(const PortalView& view) {
  Html html;
  html << "<section class=\"card\">\n<form method=\"post\">\n"_html << hidden("token", view.token)
       << hidden("action", "issue") << R"(
<label for="mac">MAC address of the phone</label>
<p class="hint" id="mac-hint">Twelve digits 0 to 9 and letters A to F, as on the label of the phone. Colons, dashes or dots between them may stay.</p>
)"_html;
  if (view.mac_is_wrong)
    html << "<p class=\"error\" id=\"mac-error\">"_html << view.problem << "</p>\n"_html;
  html << R"(<div class="row">
<input type="text" id="mac" name="mac" required maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="mac-hint)"_html;
  if (view.mac_is_wrong)
    html << " mac-error\" aria-invalid=\"true\" autofocus value=\""_html;
  else
    html << "\" value=\""_html;
  return html << view.mac_field << R"(">
<button type="submit">Issue a password</button>
</div>
</form>
</section>
)"_html;
}

Html pending_row(const Pending& pending, const std::string& token) {
  const std::string mac = pending.mac.to_string();
  const bool in_use = pending.state == Pending::State::kInUse;
  Html html;
  html << "<li>\n<dl>\n<div><dt>Phone</dt><dd class=\"mac\">"_html << mac
       << "</dd></div>\n<div><dt>State</dt><dd>"_html;
  if (in_use)
    html << "in use"_html;
  else
    html << "not used yet"_html;
  html << "</dd></div>\n<div><dt>Issued</dt><dd>"_html << moment(pending.issued) << " by "_html
       << pending.issued_by << "</dd></div>\n<div><dt>Good until</dt><dd>"_html
       << moment(pending.expires) << "</dd></div>\n</dl>\n<form method=\"post\">"_html
       << hidden("token", token) << hidden("action", "revoke") << hidden("mac", mac)
       << "<button type=\"submit\" class=\"quiet\" aria-label=\"Revoke the password for "_html
       << mac << "\">Revoke</button></form>\n</li>\n"_html;
  return html;
}

Html pending_card(const PortalView& view) {
  Html html;
  html << "<section class=\"card\">\n<h2>Passwords that you have issued</h2>\n"_html;
  if (!view.pending) {
    html << "<p>They cannot be shown at the moment.</p>\n"_html;
  } else if (view.pending->empty()) {
    html << "<p>None is waiting or in use.</p>\n"_html;
  } else {
    html << "<ul>\n"_html;
    for (const Pending& pending : *view.pending) html << pending_row(pending, view.token);
    html << "</ul>\n"_html;
  }
  return html << "</section>\n"_html;
}

} // namespace

Html problem_page(const std::string& problem) {
  Html content;
  content << "<h1>"_html << kTitle
          << "</h1>\n<section class=\"card bad\">\n<h2>Nothing was done</h2>\n<p>"_html << problem
          << "</p>\n</section>\n"_html;
  return whole_page("Problem: " + std::string(kTitle), {}, content);
}

Html portal_page(const PortalView& view) {
  Html content;
  content << "<h1>"_html << kTitle << "</h1>\n"_html;
  if (!view.problem.empty()) content << error_summary(view);
  if (view.issued) content << issued_card(*view.issued);
  if (view.revoked) content << revoked_card(*view.revoked);
  content << issue_form(view) << pending_card(view);
  std::string title(kTitle);
  if (!view.problem.empty()) title = "Problem: " + title;
  return whole_page(title, view.user, content);
}

} // namespace polyauth::apache
