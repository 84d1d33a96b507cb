// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

// What a published image begins with: what it is, for which machine, how long,
// and a checksum. Knows nothing of what follows.
namespace polyauth {

// In the byte order of the machine that wrote it; `byte_order` tells.
struct ImageFrame {
  static constexpr std::uint32_t kByteOrder = 0x01020304;

  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t byte_order;
  std::uint64_t size;     // of the whole image
  std::uint64_t checksum; // of the whole image with this field zero
};
static_assert(sizeof(ImageFrame) == 32);

// Writes the frame into the first bytes of an image that is otherwise complete.
// At most eight characters of `magic` count.
void seal_image(std::vector<std::byte>& image, std::string_view magic, std::uint32_t version);

enum class ImageCheck : bool {
  kLayout, // what a reader needs in order to stay inside the image
  kWhole   // also the checksum, and whatever else costs the length of the image
};

// Whether the bytes are framed as seal_image() does; the error says what is not.
Result<bool> check_frame(std::span<const std::byte> image, std::string_view magic,
                         std::uint32_t version, ImageCheck check);

} // namespace polyauth
