// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

// bcrypt by libxcrypt, as htpasswd -B writes and Apache httpd reads it. Thread-safe.
namespace polyauth {

// What follows is not looked at by bcrypt: longer passwords are refused here, so
// that no two of them are the same.
inline constexpr std::size_t kMaxBcryptBytes = 72;
inline constexpr unsigned kMinBcryptCost = 4;
inline constexpr unsigned kMaxBcryptCost = 17;

// "$2y$..." with a salt of its own. Refuses a password that is empty, longer than
// kMaxBcryptBytes or holds a NUL, and a cost out of range.
Result<std::string> bcrypt_hash(std::string_view password, unsigned cost);

// Whether the password has the hash. False for a password that bcrypt_hash()
// refuses and for a hash that is none of bcrypt.
[[nodiscard]] bool bcrypt_matches(std::string_view password, std::string_view hash) noexcept;

} // namespace polyauth
