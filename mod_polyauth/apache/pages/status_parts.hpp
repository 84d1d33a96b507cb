// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/pages/html.hpp"
#include "apache/pages/status_view.hpp"

#include <vector>

// The cards of the status page, each for itself.
namespace polyauth::apache {

// What somebody has to see to now; no card at all, if there is nothing.
[[nodiscard]] Html attention_card(const StatusView& view, const std::vector<PastRefusal>& refusals);

[[nodiscard]] Html reasons_card(const StatusView& view);
[[nodiscard]] Html top_card(const std::vector<PastRefusal>& refusals);
[[nodiscard]] Html refusals_card(const std::vector<PastRefusal>& refusals);

[[nodiscard]] Html files_card(const StatusView& view);
[[nodiscard]] Html logins_card(const StatusView& view);

} // namespace polyauth::apache
