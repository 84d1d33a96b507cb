// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

// What a form carries to show that it was made for the person who sends it.
namespace polyauth {

inline constexpr std::size_t kFormKeyBytes = 32;
using FormKey = std::array<unsigned char, kFormKeyBytes>;

// For how long a form may be left open, in seconds.
inline constexpr std::int64_t kFormTokenLifetime = std::int64_t{12} * 3600;

// "<seconds>.<HMAC-SHA-256 in hex>" over user and time under a key of this server.
Result<std::string> make_form_token(const FormKey& key, std::string_view user, std::int64_t now);

// Whether it was made under this key for this user, not longer ago than the lifetime.
[[nodiscard]] bool is_form_token(const FormKey& key, std::string_view user, std::string_view token,
                                 std::int64_t now);

} // namespace polyauth
