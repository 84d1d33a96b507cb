// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace polyauth {

// Where the device's own address must stand: PolyAuthMatch.
enum class Match : std::uint8_t { kPath, kFile, kUri, kQuery, kNone };

// One PolyAuthMatch as it is written.
struct MatchRule {
  Match match = Match::kPath;
  std::string query_name; // of Match::kQuery, in any case

  // path, file, uri, none, or query and the name of a parameter.
  static Result<MatchRule> parse(std::span<const std::string_view> words);
};

} // namespace polyauth
