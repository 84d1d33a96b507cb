// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fuzz/property.hpp"

#include <cstddef>
#include <span>
#include <vector>

// What the targets of images share. The first byte of their input says what it stands for:
// 's' gives the bytes a right frame, so that the checks behind it are reached; 'f' flips bits
// of a good image; anything else takes the bytes as they are.
namespace polyauth::fuzz {

// Flips bits of an image at the places that follow, two bytes each.
inline std::vector<std::byte> flipped(std::vector<std::byte> image,
                                      std::span<const std::byte> places) {
  for (std::size_t i = 0; i + 1 < places.size(); i += 2) {
    const std::size_t bit =
        std::to_integer<std::size_t>(places[i]) << 8 | std::to_integer<std::size_t>(places[i + 1]);
    image[bit / 8 % image.size()] ^= std::byte{1} << (bit % 8);
  }
  return image;
}

// The image that an input, which is not empty, stands for; `seal` gives bytes a right frame.
template <typename Seal>
std::vector<std::byte> image_of(std::span<const std::byte> input,
                                const std::vector<std::byte>& good, Seal seal) {
  const auto rest = input.subspan(1);
  if (input[0] == std::byte{'f'}) return flipped(good, rest);
  std::vector<std::byte> image(rest.begin(), rest.end());
  if (input[0] == std::byte{'s'}) seal(image);
  return image;
}

// What holds for every kind of image, given what came of opening it.
template <typename Opened>
void check_opened(std::span<const std::byte> input, const std::vector<std::byte>& image,
                  const std::vector<std::byte>& good, const Opened& opened) {
  if (input[0] == std::byte{'f'})
    require(static_cast<bool>(opened) == (image == good), "a changed image is refused");
  require(opened || !opened.error().empty(), "a refusal says why");
}

} // namespace polyauth::fuzz
