// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <optional>
#include <string_view>

namespace polyauth::apache {

// What keeps a template from being a well-formed XML document whatever stands in its
// placeholders, with its place; nothing if nothing does. UTF-8 only; no document type; a
// placeholder stands in an attribute or between tags.
[[nodiscard]] std::optional<Diagnostic> xml_error(std::string_view text);

} // namespace polyauth::apache
