// SPDX-License-Identifier: Apache-2.0
#include "io/image_frame.hpp"

#include "core/image_checksum.hpp"

#include <algorithm>
#include <cstring>

namespace polyauth {

namespace {

static_assert(offsetof(ImageFrame, checksum) == kImageChecksumOffset);

std::array<char, 8> magic_of(std::string_view text) noexcept {
  std::array<char, 8> magic{};
  std::copy_n(text.begin(), std::min(text.size(), magic.size()), magic.begin());
  return magic;
}

} // namespace

void seal_image(std::vector<std::byte>& image, std::string_view magic, std::uint32_t version) {
  if (image.size() < sizeof(ImageFrame)) image.resize(sizeof(ImageFrame));
  ImageFrame frame{magic_of(magic), version, ImageFrame::kByteOrder, image.size(), 0};
  std::memcpy(image.data(), &frame, sizeof frame);
  frame.checksum = image_checksum(image);
  std::memcpy(image.data(), &frame, sizeof frame);
}

Result<bool> check_frame(std::span<const std::byte> image, std::string_view magic,
                         std::uint32_t version, ImageCheck check) {
  ImageFrame frame{};
  if (image.size() < sizeof frame) return Error{"the image ends inside its frame"};
  std::memcpy(&frame, image.data(), sizeof frame);
  if (frame.magic != magic_of(magic)) return Error{"is no image of this kind"};
  if (frame.byte_order != ImageFrame::kByteOrder)
    return Error{"the image is of a machine of another byte order"};
  if (frame.version != version)
    return Error{"the image is of version " + std::to_string(frame.version) + ", not " +
                 std::to_string(version)};
  if (frame.size != image.size())
    return Error{"the image says it has " + std::to_string(frame.size) + " bytes, there are " +
                 std::to_string(image.size())};
  if (check == ImageCheck::kWhole && frame.checksum != image_checksum(image))
    return Error{"the checksum of the image is wrong"};
  return true;
}

} // namespace polyauth
