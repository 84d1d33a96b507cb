// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace polyauth {

// Where every image keeps its checksum.
inline constexpr std::size_t kImageChecksumOffset = 24;

// Of a whole image, with that field taken for zero. Tells damage, not forgery: every step
// is a bijection of the sum, so one changed word always changes it.
[[nodiscard]] inline std::uint64_t image_checksum(std::span<const std::byte> image) noexcept {
  std::uint64_t sum = image.size();
  for (std::size_t at = 0; at < image.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    if (at != kImageChecksumOffset)
      std::memcpy(&word, image.data() + at, std::min(sizeof word, image.size() - at));
    sum = (sum ^ word) * 0x9e37'79b9'7f4a'7c15U;
    sum ^= sum >> 29;
  }
  return sum;
}

} // namespace polyauth
