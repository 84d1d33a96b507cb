// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/decision.hpp"

#include <string_view>

// What the reasons mean to an administrator, in the same words wherever they are
// shown. conf/MESSAGES.md, "By reason", begins with them and tells more.
namespace polyauth {

struct ReasonHelp {
  std::string_view meaning; // a sentence
  std::string_view action;  // a sentence, for the administrator; empty for a grant
};

[[nodiscard]] ReasonHelp reason_help(Reason reason) noexcept;

} // namespace polyauth
