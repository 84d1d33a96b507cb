// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mac_address.hpp"

#include <string_view>

namespace polyauth {

// Whether the parameter `name` of a query (as sent) is the device's address.
// Every parameter name of the query must consist of letters, digits, '_' and
// '-' once decoded, and this one, compared without case, must occur exactly
// once: applications disagree about which of two counts and about odd names.
// ';' separates like '&', because some applications take it so.
[[nodiscard]] bool query_parameter_is(std::string_view query, std::string_view name,
                                      const MacAddress& device);

} // namespace polyauth
