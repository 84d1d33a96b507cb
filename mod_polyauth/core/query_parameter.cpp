// SPDX-License-Identifier: Apache-2.0
#include "core/query_parameter.hpp"

#include "core/ascii.hpp"
#include "core/clean_text.hpp"

#include <algorithm>

namespace polyauth {

bool query_parameter_is(std::string_view query, std::string_view name, const MacAddress& device) {
  unsigned count = 0;
  bool is_device = false;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find_first_of("&;"), query.size());
    const std::string_view piece = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (piece.empty()) continue;
    const std::size_t equals = std::min(piece.find('='), piece.size());
    const std::string key = percent_decode(piece.substr(0, equals));
    if (key.empty() || !std::all_of(key.begin(), key.end(), [](char c) {
          return ascii::is_alnum(c) || c == '_' || c == '-';
        }))
      return false;
    if (!ascii::equal_ignoring_case(key, name)) continue;
    ++count;
    is_device = MacAddress::parse(
                    percent_decode(piece.substr(std::min(equals + 1, piece.size())))) == device;
  }
  return count == 1 && is_device;
}

} // namespace polyauth
