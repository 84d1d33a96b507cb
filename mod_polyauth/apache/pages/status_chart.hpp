// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/pages/html.hpp"
#include "io/request_counters.hpp"

#include <string_view>
#include <vector>

// Bars of what was granted and refused, as inline SVG: no script, no picture to load. Each
// also says in words what it shows.
namespace polyauth::apache {

[[nodiscard]] Html chart(std::string_view title,
                         const std::vector<RequestCounters::Period>& periods);
[[nodiscard]] Html chart_legend();

// Each `factor` neighbours as one period; the newest is last and whole.
[[nodiscard]] std::vector<RequestCounters::Period>
merged(const std::vector<RequestCounters::Period>& periods, std::size_t factor);

} // namespace polyauth::apache
