// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "pki/openssl.hpp"

#include <cstddef>
#include <span>
#include <vector>

// The published form of a trust file: the frame, the number of certificates, and
// for each its length and its DER, as they stood in the file. Every number has
// eight bytes, every DER is filled up to a multiple of eight.
namespace polyauth {

inline constexpr std::size_t kMaxTrustCertificates = 256;

[[nodiscard]] std::vector<std::byte>
build_trust_image(std::span<const std::vector<unsigned char>> certificates);

// Checks everything, the checksum too: an image is small and opened once a change.
Result<std::vector<X509Ptr>> open_trust_image(std::span<const std::byte> image);

// A certificate that takes up all the bytes; nullptr if they are none. Its
// extensions are understood and cached; is_sound() tells whether they could be.
[[nodiscard]] X509Ptr parse_certificate(std::span<const unsigned char> der, bool* whole = nullptr);
[[nodiscard]] bool is_sound(X509* certificate) noexcept;

// Whether it vouches for itself: an anchor.
[[nodiscard]] bool is_self_signed(X509* certificate) noexcept;

} // namespace polyauth
