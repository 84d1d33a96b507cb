// SPDX-License-Identifier: Apache-2.0
#include "apache/pages/status_chart.hpp"

#include "apache/pages/table.hpp"
#include "core/utc_time.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

namespace polyauth::apache {

namespace {

using Period = RequestCounters::Period;

// Of the drawing; it is stretched to the width of the page.
constexpr std::size_t kColumn = 10;
constexpr std::uint64_t kHeight = 100;
constexpr std::uint64_t kLeast = 2;          // of what is not zero
constexpr std::uint64_t kSpare = 2 * kLeast; // what kLeast can add to a whole column

// From the bottom up.
constexpr std::array kOrder = {Outcome::kGranted, Outcome::kWouldDeny, Outcome::kRefused};

std::uint64_t sum(const Period& period) noexcept {
  return std::accumulate(period.counts.begin(), period.counts.end(), std::uint64_t{0});
}

std::string words(const Period& period) {
  std::string text = number_text(period.of(Outcome::kGranted)) + " granted, " +
                     number_text(period.of(Outcome::kRefused)) + " refused";
  if (const std::uint64_t would = period.of(Outcome::kWouldDeny); would > 0)
    text += ", " + number_text(would) + " would be refused";
  return text;
}

// The upper end of the scale: 2, 4, 6, 8 or 10 times a power of ten, so that the middle has a
// plain number as well.
std::uint64_t top_of_scale(std::uint64_t most) noexcept {
  std::uint64_t step = 2;
  while (step * 5 < most) step *= 10;
  return std::max(step, (most + step - 1) / step * step);
}

// "2026-11-24 18:00"
std::string time_text(std::int64_t seconds) {
  std::string text = utc_text(seconds).substr(0, 16);
  text[10] = ' ';
  return text;
}

Html rect(std::string_view style, std::size_t x, std::uint64_t y, std::uint64_t height) {
  Html html;
  return html << "<rect class=\""_html << style << "\" x=\""_html << std::to_string(x)
              << "\" y=\""_html << std::to_string(y) << "\" width=\""_html
              << std::to_string(kColumn - 2) << "\" height=\""_html << std::to_string(height)
              << "\"/>"_html;
}

Html column(const Period& period, std::size_t x, std::uint64_t top) {
  Html html;
  html << "<g><title>"_html << time_text(period.from) << ": "_html << words(period)
       << "</title>"_html;
  std::uint64_t y = kHeight;
  for (const Outcome outcome : kOrder) {
    const std::uint64_t count = period.of(outcome);
    if (count == 0) continue;
    // What there is is seen, however little it is beside the rest.
    const std::uint64_t height = std::max(kLeast, count * (kHeight - kSpare) / top);
    y -= height;
    html << rect(outcome_text(outcome), x, y, height);
  }
  return html << "</g>\n"_html;
}

} // namespace

std::vector<Period> merged(const std::vector<Period>& periods, std::size_t factor) {
  std::vector<Period> found;
  for (std::size_t i = 0; i < periods.size(); ++i) {
    if (i % factor == 0) found.push_back({periods[i].from, {}});
    for (std::size_t k = 0; k < kOutcomeCount; ++k)
      found.back().counts.at(k) += periods[i].counts.at(k);
  }
  return found;
}

Html chart(std::string_view title, const std::vector<Period>& periods) {
  Period all;
  std::uint64_t most = 0;
  for (const Period& period : periods) {
    most = std::max(most, sum(period));
    for (std::size_t k = 0; k < kOutcomeCount; ++k) all.counts.at(k) += period.counts.at(k);
  }
  Html html;
  html << "<h3>"_html << title << "</h3>\n"_html;
  if (most == 0) return html << "<p class=\"hint\">No request in this time.</p>\n"_html;
  const std::uint64_t top = top_of_scale(most);
  html << "<p class=\"hint\">"_html << words(all)
       << "</p>\n<div class=\"plot\">\n<div class=\"scale\" aria-hidden=\"true\"><span>"_html
       << number_text(top) << "</span><span>"_html << number_text(top / 2)
       << "</span><span>0</span></div>\n<svg viewBox=\"0 0 "_html
       << std::to_string(kColumn * periods.size())
       << " 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\""_html << title
       << ": "_html << words(all) << "\">\n<path d=\"M0 0H"_html
       << std::to_string(kColumn * periods.size()) << "M0 50H"_html
       << std::to_string(kColumn * periods.size()) << "\"/>\n"_html;
  std::size_t x = 1;
  for (const Period& period : periods) {
    html << column(period, x, top);
    x += kColumn;
  }
  return html << "</svg>\n<p class=\"ends\"><span>"_html << time_text(periods.front().from)
              << " UTC</span><span>now</span></p>\n</div>\n"_html;
}

Html chart_legend() {
  Html html;
  html << "<p class=\"legend\">"_html;
  for (const auto& [style, name] : {std::pair{"granted", "granted"},
                                    {"denied", "refused"},
                                    {"would-deny", "would be refused (Audit)"}})
    html << "<span><svg viewBox=\"0 0 8 8\" aria-hidden=\"true\"><rect class=\""_html
         << std::string_view(style) << "\" width=\"8\" height=\"8\"/></svg> "_html
         << std::string_view(name) << "</span> "_html;
  return html << "</p>\n"_html;
}

} // namespace polyauth::apache
