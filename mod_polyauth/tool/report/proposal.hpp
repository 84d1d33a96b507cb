// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/access_log_line.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

// Which line of a configuration or list would admit a request that was refused. Tried
// out by the rule book, with the settings of the directive and otherwise the defaults.
namespace polyauth::tool {

enum class Remedy { kShared, kUploads, kMatch, kAcl, kExpired };
inline constexpr Remedy kRemedies[] = {Remedy::kShared, Remedy::kUploads, Remedy::kMatch,
                                       Remedy::kAcl, Remedy::kExpired};

struct Proposal {
  Remedy remedy;
  std::string word; // what stands behind the directive, or the line of the list
};

// Nothing if no directive should: never one that shares a name with a MAC in it, and
// none for a file that was not found, if the log tells.
[[nodiscard]] std::optional<Proposal> propose(const AccessLogLine& line);

// PolyAuthSharedFiles, PolyAuthUploads and the like; empty for lines of the ACL.
[[nodiscard]] std::string_view directive_of(Remedy remedy) noexcept;

// The line to write into the configuration, with all the words.
[[nodiscard]] std::string directive_line(Remedy remedy, std::span<const std::string> words);

} // namespace polyauth::tool
