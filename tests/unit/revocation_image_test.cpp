// SPDX-License-Identifier: Apache-2.0
#include "pki/revocation_image.hpp"
#include "support/catch.hpp"

#include <cstring>

using namespace polyauth;

namespace {

std::string serial(std::string_view magnitude, bool negative = false) {
  return std::string(1, negative ? '\1' : '\0') + std::string(magnitude);
}

IssuerKey key(unsigned char first) {
  IssuerKey key{};
  key[0] = std::byte{first};
  return key;
}

// Two issuers, the second given first.
std::vector<std::byte> image_of(const PackedSerials& one, const PackedSerials& two) {
  return build_revocation_image({{key(2), {std::nullopt, 20}, std::nullopt, two.table()},
                                 {key(1), {serial("\7"), 10}, 30, one.table()}});
}

const PackedSerials& few() {
  static const PackedSerials packed = PackedSerials::of(
      std::vector<std::string>{serial("b"), serial("a"), serial("ab"), serial("b"), serial("")});
  return packed;
}

} // namespace

TEST_CASE("a table holds each serial once and finds it and no other", "[revocation]") {
  const SerialTable table = few().table();
  CHECK(table.count() == 4);
  CHECK(table.width() == 3);
  CHECK(table.in_order());
  for (const char* const text : {"", "a", "b", "ab"}) CHECK(table.contains(serial(text)));
  for (const char* const text : {"c", "ba", "aab", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    CHECK_FALSE(table.contains(serial(text)));
  CHECK_FALSE(table.contains(serial("a", true)));
  CHECK_FALSE(table.contains({}));
  CHECK(PackedSerials::of(std::vector<std::string>{serial("a", true)})
            .table()
            .contains(serial("a", true)));
  CHECK_FALSE(PackedSerials::of({}).table().contains(serial("a")));
}

TEST_CASE("an image tells the CRL of each issuer", "[revocation]") {
  const auto image = image_of(few(), PackedSerials::of({}));
  const auto view = RevocationView::open(image, ImageCheck::kWhole);
  REQUIRE(view);
  REQUIRE(view->crls().size() == 2);
  const IssuerCrl* const one = view->find(key(1));
  REQUIRE(one);
  CHECK(one->version.number == serial("\7"));
  CHECK(one->version.this_update == 10);
  CHECK(one->next_update == 30);
  CHECK(one->revoked.contains(serial("ab")));
  const IssuerCrl* const two = view->find(key(2));
  REQUIRE(two);
  CHECK_FALSE(two->version.number);
  CHECK_FALSE(two->next_update);
  CHECK(two->revoked.count() == 0);
  CHECK(view->find(key(3)) == nullptr);
  CHECK(view->find(kUnknownIssuer) == nullptr);
}

TEST_CASE("issuers may share a table", "[revocation]") {
  const auto image = image_of(few(), few());
  CHECK(image.size() == image_of(few(), PackedSerials::of({})).size());
  const auto view = RevocationView::open(image, ImageCheck::kWhole);
  REQUIRE(view);
  CHECK(view->find(key(2))->revoked.contains(serial("ab")));
}

TEST_CASE("a flipped bit of a revocation image is refused", "[revocation]") {
  std::vector<std::byte> image = image_of(few(), PackedSerials::of({}));
  for (std::size_t bit = 0; bit < image.size() * 8; ++bit) {
    image[bit / 8] ^= std::byte{1} << (bit % 8);
    CAPTURE(bit);
    REQUIRE_FALSE(RevocationView::open(image, ImageCheck::kWhole));
    // Whatever opens by its layout can be asked without harm.
    if (const auto view = RevocationView::open(image, ImageCheck::kLayout))
      for (const IssuerCrl& crl : view->crls())
        static_cast<void>(crl.revoked.contains(serial("a")));
    image[bit / 8] ^= std::byte{1} << (bit % 8);
  }
  CHECK(RevocationView::open(image, ImageCheck::kWhole));
}

TEST_CASE("serials out of order are seen when the whole is looked at", "[revocation]") {
  PackedSerials packed = few();
  std::swap(packed.rows.front(), packed.rows[packed.width]);
  packed.rows[0] = std::byte{1};
  const auto image = image_of(packed, few());
  CHECK(RevocationView::open(image, ImageCheck::kLayout));
  CHECK_FALSE(RevocationView::open(image, ImageCheck::kWhole));
}

TEST_CASE("two CRLs of one issuer are no image", "[revocation]") {
  const auto image = build_revocation_image(
      {{key(1), {}, std::nullopt, few().table()}, {key(1), {}, std::nullopt, few().table()}});
  CHECK_FALSE(RevocationView::open(image, ImageCheck::kLayout));
}
