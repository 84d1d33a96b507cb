// SPDX-License-Identifier: Apache-2.0
#include "io/image_frame.hpp"
#include "support/catch.hpp"

#include <string>

using namespace polyauth;

namespace {

std::vector<std::byte> image_of(std::size_t length) {
  std::vector<std::byte> image(sizeof(ImageFrame) + length, std::byte{7});
  seal_image(image, "PA-TEST", 3);
  return image;
}

bool is_good(std::span<const std::byte> image, ImageCheck check = ImageCheck::kWhole) {
  const auto checked = check_frame(image, "PA-TEST", 3, check);
  if (!checked) CHECK_FALSE(checked.error().empty());
  return static_cast<bool>(checked);
}

} // namespace

TEST_CASE("a sealed image is whole", "[image]") {
  const auto length = GENERATE(0U, 1U, 7U, 8U, 1000U);
  CHECK(is_good(image_of(length)));
}

TEST_CASE("every flipped bit is seen", "[image]") {
  std::vector<std::byte> image = image_of(13);
  for (std::size_t bit = 0; bit < image.size() * 8; ++bit) {
    image[bit / 8] ^= std::byte{1} << (bit % 8);
    CAPTURE(bit);
    REQUIRE_FALSE(is_good(image));
    image[bit / 8] ^= std::byte{1} << (bit % 8);
  }
  CHECK(is_good(image));
}

TEST_CASE("the layout is right without the checksum", "[image]") {
  std::vector<std::byte> image = image_of(13);
  image.back() ^= std::byte{1};
  CHECK(is_good(image, ImageCheck::kLayout));
  CHECK_FALSE(is_good(image));
}

TEST_CASE("another kind, version or length is refused", "[image]") {
  const std::vector<std::byte> image = image_of(13);
  CHECK_FALSE(check_frame(image, "PA-OTHER", 3, ImageCheck::kLayout));
  CHECK_FALSE(check_frame(image, "PA-TEST", 4, ImageCheck::kLayout));
  for (const std::size_t size : {std::size_t{0}, sizeof(ImageFrame) - 1, image.size() - 1})
    CHECK_FALSE(is_good(std::span(image).first(size), ImageCheck::kLayout));
}
