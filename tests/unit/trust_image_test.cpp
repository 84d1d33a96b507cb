// SPDX-License-Identifier: Apache-2.0
#include "io/image_frame.hpp"
#include "pki/trust_file.hpp"
#include "pki/trust_image.hpp"
#include "support/catch.hpp"
#include "support/pki.hpp"

#include <cstring>

using namespace polyauth;
using test::ca;
using test::issue;
using test::Party;

namespace {

std::vector<std::byte> good_image() {
  const Party root = issue(ca("Root"));
  const Party issuing = issue(ca("Issuing"), &root);
  return test::compile_trust(test::pem({&root, &issuing})).image;
}

void put(std::vector<std::byte>& image, std::size_t at, std::uint64_t number) {
  std::memcpy(image.data() + at, &number, sizeof number);
  seal_image(image, "PA-TRUST", 1);
}

constexpr std::size_t kCount = sizeof(ImageFrame);
constexpr std::size_t kFirstLength = kCount + 8;

} // namespace

TEST_CASE("an image gives the certificates back in order", "[trust]") {
  const auto certificates = open_trust_image(good_image());
  REQUIRE(certificates);
  CHECK(certificates->size() == 2);
}

TEST_CASE("a flipped bit of a trust image is refused", "[trust]") {
  std::vector<std::byte> image = good_image();
  for (std::size_t at = 0; at < image.size(); at += 7) {
    image[at] ^= std::byte{0x10};
    REQUIRE_FALSE(open_trust_image(image));
    REQUIRE_FALSE(PublishedTrust::open_published(image));
    image[at] ^= std::byte{0x10};
  }
  CHECK(open_trust_image(image));
}

TEST_CASE("sealed nonsense is refused", "[trust]") {
  std::vector<std::byte> image = good_image();
  SECTION("no certificate") { put(image, kCount, 0); }
  SECTION("fewer than there are") { put(image, kCount, 1); }
  SECTION("more than there are") { put(image, kCount, 3); }
  SECTION("impossibly many") { put(image, kCount, ~std::uint64_t{0}); }
  SECTION("a length outside") { put(image, kFirstLength, image.size()); }
  SECTION("a length that overflows") { put(image, kFirstLength, ~std::uint64_t{0}); }
  SECTION("a length of another certificate") { put(image, kFirstLength, 8); }
  SECTION("nothing but the frame") {
    image.resize(sizeof(ImageFrame));
    seal_image(image, "PA-TRUST", 1);
  }
  SECTION("an empty certificate") { put(image, kFirstLength, 0); }
  CHECK_FALSE(open_trust_image(image));
  CHECK_FALSE(kTrustFormat.is_whole(image));
}
