// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/acl_image.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace polyauth::test {

// Gives damaged bytes a right checksum, so that a test reaches the checks behind
// it. Written down a second time on purpose: if it and the one of the image
// disagree, the test of an undamaged image fails.
inline void seal(std::span<std::byte> image) {
  constexpr std::size_t kField = offsetof(acl_image::Header, checksum);
  if (image.size() < sizeof(acl_image::Header)) return;
  std::uint64_t sum = image.size();
  for (std::size_t at = 0; at < image.size(); at += 8) {
    std::uint64_t word = 0;
    const std::size_t length = image.size() - at < 8 ? image.size() - at : 8;
    if (at != kField) std::memcpy(&word, image.data() + at, length);
    sum = (sum ^ word) * 0x9e37'79b9'7f4a'7c15U;
    sum ^= sum >> 29;
  }
  std::memcpy(image.data() + kField, &sum, sizeof sum);
}

} // namespace polyauth::test
