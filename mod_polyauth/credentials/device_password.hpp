// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mac_address.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace polyauth {

inline constexpr std::size_t kDeviceSecretBytes = 32;
inline constexpr std::size_t kDevicePasswordLength = 20;

// The password of a device under a secret: the first 20 characters of the
// lower-case base32 (RFC 4648, section 6) of HMAC-SHA-256(secret, "mod_polyauth
// device password v1" NUL MAC), the MAC in its canonical form. 100 bits.
[[nodiscard]] std::string device_password(std::span<const unsigned char, kDeviceSecretBytes> secret,
                                          const MacAddress& mac);

} // namespace polyauth
