// SPDX-License-Identifier: Apache-2.0
#include "tool/report/tally.hpp"

#include <algorithm>

namespace polyauth::tool {

void Tally::add(std::string_view key, const Refusals& refusals) {
  all_ += refusals;
  std::string text(key.substr(0, kMaxKey));
  if (key.size() > kMaxKey) text += "...";
  rows_[std::move(text)] += refusals;
  if (rows_.size() >= 2 * keep_) forget_rarer_half();
}

std::vector<Tally::Row> Tally::top(std::size_t count) const {
  std::vector<Row> rows;
  rows.reserve(rows_.size());
  for (const auto& [key, refusals] : rows_) rows.push_back({key, refusals});
  const auto end = rows.begin() + static_cast<std::ptrdiff_t>(std::min(count, rows.size()));
  std::partial_sort(rows.begin(), end, rows.end(), [](const Row& a, const Row& b) {
    return a.refusals.total() != b.refusals.total() ? a.refusals.total() > b.refusals.total()
                                                    : a.key < b.key;
  });
  rows.erase(end, rows.end());
  return rows;
}

void Tally::forget_rarer_half() {
  std::vector<Row> kept = top(keep_);
  for (const Row& row : kept) rows_.erase(row.key);
  for (const auto& [key, refusals] : rows_) forgotten_ += refusals.total();
  rows_.clear();
  for (Row& row : kept) rows_.emplace(std::move(row.key), row.refusals);
}

} // namespace polyauth::tool
