// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mac_address.hpp"
#include "core/one_time_code.hpp"

namespace polyauth {

// 16 bits by which a wrong one-time password is known again when the device sends it again.
// Too few to learn anything of the password from: some fifteen million have the same.
[[nodiscard]] int one_time_tag(const MacAddress& device, const OneTimeCode& code);

} // namespace polyauth
