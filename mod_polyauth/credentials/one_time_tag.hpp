// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/one_time_code.hpp"

#include <string_view>

namespace polyauth {

// 16 bits by which a wrong one-time password is known again when the device sends it again.
// Too few to learn anything of the password from: some fifteen million have the same. The key
// is `hash`, that of the right one, which whoever guesses does not have: otherwise these
// millions could be sent one after the other, and would count as one try.
[[nodiscard]] int one_time_tag(std::string_view hash, const OneTimeCode& code);

} // namespace polyauth
