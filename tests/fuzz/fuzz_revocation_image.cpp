// SPDX-License-Identifier: Apache-2.0
// Bytes from outside never lead a look-up astray, and a changed image is refused.
#include "fuzz/image_input.hpp"
#include "io/image_frame.hpp"
#include "pki/revocation_file.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace polyauth;
using fuzz::require;

namespace {

const std::vector<std::byte>& good_image() {
  static const std::vector<std::byte> image = [] {
    const std::string sign(1, '\0');
    const PackedSerials serials =
        PackedSerials::of(std::vector<std::string>{sign, sign + "a", sign + "bb", "\1c"});
    IssuerKey other{};
    other[0] = std::byte{1};
    return build_revocation_image({{{}, {sign + "\6", 10}, 20, serials.table()},
                                   {other, {std::nullopt, 11}, std::nullopt, serials.table()}});
  }();
  return image;
}

void ask(const PublishedRevocations& revocations) {
  for (const IssuerCrl& crl : revocations.view.crls()) {
    std::vector<ChainLink> chain;
    for (const std::size_t length : {0U, 1U, 2U, 17U, 33U, 34U, 100U})
      chain.push_back({crl.issuer, std::string(length, 'a'), {}});
    static_cast<void>(revocations.first_revoked(chain));
  }
  static_cast<void>(revocations.earliest_next_update());
}

void check_whole(const RevocationView& view) {
  for (const IssuerCrl& crl : view.crls())
    for (std::size_t i = 0; i < std::min<std::size_t>(crl.revoked.count(), 64); ++i) {
      const std::size_t width = crl.revoked.width();
      std::string serial(reinterpret_cast<const char*>(crl.revoked.rows().data()) + i * width,
                         width);
      require(crl.revoked.contains(serial), "every row is found");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto input = std::as_bytes(std::span(data, size));
  const auto image = fuzz::image_of(
      input, good_image(), [](std::vector<std::byte>& bytes) { seal_image(bytes, "PA-CRL", 1); });

  const auto whole = RevocationView::open(image, ImageCheck::kWhole);
  const auto revocations = PublishedRevocations::open_published(image);
  require(static_cast<bool>(whole) == kRevocationFormat.is_whole(image), "there is one opinion");
  fuzz::check_opened(input, image, good_image(), whole);
  if (whole) {
    require(static_cast<bool>(revocations), "what passes the whole check passes the lesser one");
    check_whole(*whole);
  }
  if (revocations) ask(*revocations);
  return 0;
}
