// SPDX-License-Identifier: Apache-2.0
#include "apache/pages/table.hpp"

#include "core/utc_time.hpp"

namespace polyauth::apache {

namespace {

Markup class_of(Table::Kind kind) noexcept {
  switch (kind) {
  case Table::Kind::kWord: return "word"_html;
  case Table::Kind::kNumber: return "number"_html;
  case Table::Kind::kPath: return "path"_html;
  case Table::Kind::kText: return "text"_html;
  }
  return ""_html;
}

} // namespace

void Table::row(const std::vector<Html>& cells) {
  is_empty_ = false;
  rows_ << "<tr>"_html;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    rows_ << "<td class=\""_html << class_of(columns_[i].kind) << "\" data-label=\""_html
          << columns_[i].name << "\"><div>"_html << cells.at(i) << "</div></td>"_html;
  }
  rows_ << "</tr>\n"_html;
}

Html Table::html() const {
  Html html;
  if (is_empty_) return html;
  html << "<table>\n<thead><tr>"_html;
  for (const Column& column : columns_)
    html << "<th scope=\"col\" class=\""_html << class_of(column.kind) << "\">"_html << column.name
         << "</th>"_html;
  return html << "</tr></thead>\n<tbody>\n"_html << rows_ << "</tbody>\n</table>\n"_html;
}

Html cell(std::string_view text) {
  Html html;
  return html << text;
}

std::string number_text(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

Html moment(std::int64_t seconds) {
  const std::string text = utc_text(seconds);
  Html html;
  return html << "<time datetime=\""_html << text << "\">"_html << text.substr(0, 10) << " "_html
              << text.substr(11, 8) << "</time>"_html;
}

} // namespace polyauth::apache
