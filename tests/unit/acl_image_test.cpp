// SPDX-License-Identifier: Apache-2.0
#include "core/acl_image.hpp"
#include "support/acl_image_seal.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <cstring>
#include <random>
#include <set>
#include <string>

using namespace polyauth;
using polyauth::acl_image::Header;
using Check = AclView::Check;
using Bytes = std::vector<std::byte>;

namespace {

Bytes small_image() {
  return test::acl_image("0004f2aabbcc\n64167f*\n64167f010203\n!0004f2aabb99\n!00156*\n");
}

Header header_of(const Bytes& image) {
  Header header{};
  std::memcpy(&header, image.data(), sizeof header);
  return header;
}

// The image with another header, and a right checksum.
Bytes with(Bytes image, const Header& header) {
  std::memcpy(image.data(), &header, sizeof header);
  test::seal(image);
  return image;
}

std::string refusal(const Bytes& image) {
  const auto view = AclView::open(image, Check::kWhole);
  return view ? "" : view.error();
}

} // namespace

TEST_CASE("an image is told from a text by its first bytes", "[acl_image]") {
  CHECK(is_acl_image(small_image()));
  const auto is_image = [](std::string_view text) {
    return is_acl_image(std::as_bytes(std::span(text.data(), text.size())));
  };
  CHECK_FALSE(is_image(""));
  CHECK_FALSE(is_image("PA-ACL\n"));
  CHECK(is_image(std::string_view("PA-ACL\n\0", 8)));
  CHECK_FALSE(is_image("PA-ACL\nx"));
  CHECK_FALSE(is_image("0004f2aabbcc\n"));
}

TEST_CASE("the seal of the tests is the checksum of the image", "[acl_image]") {
  Bytes sealed = small_image();
  test::seal(sealed);
  CHECK(sealed == small_image());
}

TEST_CASE("an image of the same entries is the same in any order", "[acl_image]") {
  CHECK(test::acl_image("0004f2aabbcc\n64167f*\n") == test::acl_image("64167F*\n0004.f2aa.bbcc\n"));
}

TEST_CASE("every single changed bit is refused", "[acl_image]") {
  const Bytes good = small_image();
  REQUIRE(refusal(good).empty());
  Bytes image = good;
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    image[bit / 8] ^= std::byte{1} << (bit % 8);
    CAPTURE(bit);
    REQUIRE_FALSE(AclView::open(image, Check::kWhole));
    static_cast<void>(AclView::open(image, Check::kLayout));
    image[bit / 8] = good[bit / 8];
  }
}

TEST_CASE("an image cut short or lengthened is refused", "[acl_image]") {
  const Bytes good = small_image();
  for (std::size_t size = 0; size < good.size(); ++size) {
    const Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    CAPTURE(size);
    REQUIRE_FALSE(AclView::open(cut, Check::kWhole));
    REQUIRE_FALSE(AclView::open(cut, Check::kLayout));
  }
  Bytes longer = good;
  longer.resize(good.size() + 8);
  CHECK_FALSE(AclView::open(longer, Check::kWhole));
}

TEST_CASE("an image that was damaged behind its checksum never leads astray", "[acl_image]") {
  const Bytes good = small_image();
  std::mt19937_64 random(99);
  unsigned opened = 0;
  for (int i = 0; i < 20000; ++i) {
    Bytes image = good;
    for (auto changes = 1 + random() % 3; changes > 0; --changes) {
      // Mostly the header: behind it are entries.
      const std::size_t at = random() % (random() % 4 == 0 ? image.size() : sizeof(Header));
      image[at] = static_cast<std::byte>(random() % 3 == 0 ? random() : random() % 9);
    }
    test::seal(image);
    const auto view = AclView::open(image, Check::kWhole);
    if (!view) continue;
    ++opened;
    for (int j = 0; j < 20; ++j) static_cast<void>(view->consult(MacAddress(random())));
    static_cast<void>(view->consult(MacAddress(0x0004f2aabbcc)));
  }
  CHECK(opened > 100);
}

TEST_CASE("what is wrong with an image is told", "[acl_image]") {
  const Bytes good = small_image();
  const auto changed = [&](auto change) {
    Header header = header_of(good);
    change(header);
    return refusal(with(good, header));
  };
  CHECK_THAT(changed([](Header& h) { h.version = 2; }), Catch::Contains("another version"));
  CHECK_THAT(changed([](Header& h) { h.byte_order = 0x04030201; }),
             Catch::Contains("another byte order"));
  CHECK_THAT(changed([](Header& h) { h.size += 8; }), Catch::Contains("its header says"));
  CHECK_THAT(changed([](Header& h) { h.sides[0].devices.bucket_bits = 48; }),
             Catch::Contains("impossible shape"));
  CHECK_THAT(changed([](Header& h) { h.sides[1].devices.width = 0; }),
             Catch::Contains("impossible shape"));
  CHECK_THAT(changed([](Header& h) { h.sides[0].devices.starts_offset = 0; }),
             Catch::Contains("outside"));
  CHECK_THAT(changed([](Header& h) { h.sides[0].devices.starts_offset += 4; }),
             Catch::Contains("outside"));
  CHECK_THAT(changed([](Header& h) { h.sides[0].devices.remainders_offset = h.size + 8; }),
             Catch::Contains("outside"));
  CHECK_THAT(changed([](Header& h) { h.sides[0].devices.count = ~std::uint64_t{0}; }),
             Catch::Contains("outside"));
  CHECK_THAT(changed([](Header& h) { h.sides[0].devices.count -= 1; }),
             Catch::Contains("out of order"));
  CHECK_THAT(changed([](Header& h) { h.sides[1].range_counts[5] = std::uint64_t{1} << 61; }),
             Catch::Contains("a range lies outside"));
  CHECK_THAT(changed([](Header& h) { h.sides[1].range_offsets[5] = ~std::uint64_t{7}; }),
             Catch::Contains("a range lies outside"));
  Bytes flipped = good;
  flipped.back() ^= std::byte{1};
  CHECK_THAT(refusal(flipped), Catch::Contains("checksum"));
  CHECK_THAT(refusal(Bytes(good.begin(), good.begin() + 16)), Catch::Contains("inside its header"));
  CHECK_THAT(refusal(Bytes(8)), Catch::Contains("not a compiled list"));
}

TEST_CASE("a list as long as a fleet finds each device and no other", "[acl_image]") {
  constexpr std::uint64_t kDevices = 100'000;
  std::vector<AclEntry> entries;
  for (std::uint64_t i = 0; i < kDevices; ++i)
    entries.push_back({0x0004f2000000U + 7 * i, 12, i % 10 == 0});
  const auto image = build_acl_image(entries);
  CHECK(image.size() < 6 * kDevices);
  const AclView view = test::must(AclView::open(image, Check::kWhole));
  for (std::uint64_t i = 0; i < 7 * kDevices; ++i) {
    const AclAnswer wanted = i % 7 != 0    ? AclAnswer::kUnlisted
                             : i % 70 == 0 ? AclAnswer::kDenied
                                           : AclAnswer::kAdmittedByName;
    if (view.consult(MacAddress(0x0004f2000000U + i)).answer != wanted) FAIL(i);
  }
}

namespace {

// What a list says of a device, straight from its entries.
AclAnswer plain_answer(const std::vector<AclEntry>& entries, std::uint64_t bits) {
  bool admitted = false;
  bool named = false;
  for (const AclEntry& entry : entries) {
    const unsigned rest = 4 * (12U - entry.digits);
    if (entry.digits != 0 && bits >> rest != entry.prefix) continue;
    if (entry.denial) return AclAnswer::kDenied;
    admitted = true;
    named = named || entry.digits == 12;
  }
  if (!admitted) return AclAnswer::kUnlisted;
  return named ? AclAnswer::kAdmittedByName : AclAnswer::kAdmitted;
}

// Near one another, so that they meet.
std::uint64_t near_address(std::mt19937_64& random) {
  return (random() % 3 == 0 ? 0x0004f2aabb00U : 0x64167f000000U) + random() % 300;
}

std::vector<AclEntry> random_entries(std::mt19937_64& random) {
  std::vector<AclEntry> entries{{near_address(random), 12, false}};
  for (auto count = random() % 40; count > 0; --count) {
    const auto digits = static_cast<std::uint8_t>(random() % 3 == 0 ? random() % 13 : 12);
    const bool denial = digits != 0 && random() % 4 == 0;
    entries.push_back(
        {digits == 0 ? 0 : near_address(random) >> (4 * (12 - digits)), digits, denial});
  }
  return entries;
}

} // namespace

TEST_CASE("ten thousand random lists say compiled what their text says", "[acl_image]") {
  std::mt19937_64 random(4);
  for (int list = 0; list < 10'000; ++list) {
    const std::vector<AclEntry> entries = random_entries(random);
    std::string text;
    for (const AclEntry& entry : entries) text += entry.to_string() + '\n';
    const Bytes image = test::acl_image(text);
    const auto view = AclView::open(image, Check::kWhole);
    if (!view) FAIL(text);
    for (int i = 0; i < 20; ++i) {
      const std::uint64_t bits = i % 4 == 0 ? random() >> 16 : near_address(random);
      if (view->consult(MacAddress(bits)).answer != plain_answer(entries, bits)) FAIL(text << bits);
    }
  }
}

TEST_CASE("no flipped bit of a list with many buckets opens it", "[acl_image]") {
  std::vector<AclEntry> entries{{0x64167f, 6, false}};
  for (std::uint64_t i = 0; i < 5000; ++i) entries.push_back({0x0004f2000000U + i, 12, i % 9 == 0});
  const Bytes good = build_acl_image(entries);
  Bytes image = good;
  std::mt19937_64 random(5);
  for (int i = 0; i < 10'000; ++i) {
    for (auto flips = 1 + random() % 4; flips > 0; --flips)
      image[random() % image.size()] ^= std::byte{1} << (random() % 8);
    if (image != good) REQUIRE_FALSE(AclView::open(image, Check::kWhole));
    image = good;
  }
}

TEST_CASE("different addresses never scatter to the same place", "[acl_image]") {
  std::set<std::uint64_t> seen;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const std::uint64_t place = acl_image::scatter(0x0004f2000000U + i);
    CHECK(place >> acl_image::kAddressBits == 0);
    if (!seen.insert(place).second) FAIL(i);
  }
}
