// SPDX-License-Identifier: Apache-2.0
// Bytes from outside never lead a look-up astray, and a changed image is refused.
#include "core/acl_text.hpp"
#include "fuzz/image_input.hpp"
#include "support/acl_image_seal.hpp"

#include <vector>

using namespace polyauth;
using fuzz::require;

namespace {

const std::vector<std::byte>& good_image() {
  static const std::vector<std::byte> image = [] {
    AclText text = parse_acl("0004f2aabbcc\n64167f*\n64167f010203\n!0004f2aabb99\n!00156*\n");
    return build_acl_image(text.entries);
  }();
  return image;
}

void consult_all(const AclView& view, std::span<const std::byte> bytes) {
  std::uint64_t bits = 0x0004f2aabbcc;
  for (std::size_t i = 0; i < 64; ++i) {
    static_cast<void>(view.consult(MacAddress(bits)));
    bits = bits * 31 + static_cast<std::uint64_t>(bytes[i % bytes.size()]);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto input = std::as_bytes(std::span(data, size));
  const auto image =
      fuzz::image_of(input, good_image(), [](std::vector<std::byte>& bytes) { test::seal(bytes); });
  const auto view = AclView::open(image, AclView::Check::kWhole);
  fuzz::check_opened(input, image, good_image(), view);
  if (!view) return 0;
  require(is_acl_image(image), "what opens begins as an image does");
  require(static_cast<bool>(AclView::open(image, AclView::Check::kLayout)),
          "what passes the whole check passes the lesser one");
  consult_all(*view, image);
  return 0;
}
