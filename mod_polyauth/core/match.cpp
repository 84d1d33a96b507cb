// SPDX-License-Identifier: Apache-2.0
#include "core/match.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <utility>

namespace polyauth {

namespace {

constexpr std::pair<std::string_view, Match> kWords[] = {{"path", Match::kPath},
                                                         {"file", Match::kFile},
                                                         {"uri", Match::kUri},
                                                         {"query", Match::kQuery},
                                                         {"none", Match::kNone}};

std::string quoted(std::string_view word) { return "\"" + std::string(word) + "\""; }

} // namespace

Result<MatchRule> MatchRule::parse(std::span<const std::string_view> words) {
  if (words.empty()) return Error{"needs path, file, uri, query <name> or none"};
  const auto* const known = std::find_if(std::begin(kWords), std::end(kWords),
                                         [&](const auto& word) { return word.first == words[0]; });
  if (known == std::end(kWords))
    return Error{quoted(words[0]) +
                 " is no way to match; accepted are path, file, uri, query <name> and none"};
  if (known->second != Match::kQuery) {
    if (words.size() > 1)
      return Error{quoted(words[1]) + " is one word too many; only query takes a name"};
    return MatchRule{known->second, {}};
  }
  if (words.size() == 1) return Error{"query needs the name of the parameter, as in query mac"};
  const std::string_view name = words[1];
  if (name.empty() || !std::all_of(name.begin(), name.end(), [](char c) {
        return ascii::is_alnum(c) || c == '_' || c == '-';
      }))
    return Error{quoted(name) + " is no parameter name; accepted are letters, digits, _ and -"};
  if (words.size() > 2) return Error{quoted(words[2]) + " is one word too many"};
  return MatchRule{Match::kQuery, std::string(name)};
}

} // namespace polyauth
