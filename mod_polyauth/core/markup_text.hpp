// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace polyauth {

// Appends text so that XML and HTML read it back as it is: between tags, and in an
// attribute that is quoted either way.
void append_escaped(std::string& out, std::string_view text);

} // namespace polyauth
