// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mac_address.hpp"

#include <string_view>

// What nearly every request asks for, seen in one look.
namespace polyauth {

// Whether a path is clean (is_clean_path), holds the device's own address in its last
// segment, as twelve digits by themselves, and no other address. A "no" says nothing: it
// may also be that it takes a closer look.
[[nodiscard]] bool is_plainly_own(std::string_view path, const MacAddress& own) noexcept;

} // namespace polyauth
