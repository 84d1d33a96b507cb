// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/pages/html.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// A table for people. On a narrow screen its rows are cards, in which each cell says what
// column it is of.
namespace polyauth::apache {

class Table {
public:
  // kWord is not broken, kPath is broken anywhere, kText needs no name to be understood.
  enum class Kind : std::uint8_t { kWord, kNumber, kPath, kText };
  struct Column {
    std::string_view name;
    Kind kind = Kind::kWord;
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // One cell for each column.
  void row(const std::vector<Html>& cells);

  // Nothing, if there is no row.
  [[nodiscard]] Html html() const;

private:
  std::vector<Column> columns_;
  Html rows_;
  bool is_empty_ = true;
};

// Text as a cell.
[[nodiscard]] Html cell(std::string_view text);
// "1,234,567"
[[nodiscard]] std::string number_text(std::uint64_t number);
// "2026-11-24 18:00:00", and for programs the whole of it; UTC.
[[nodiscard]] Html moment(std::int64_t seconds);

} // namespace polyauth::apache
