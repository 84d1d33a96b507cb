// SPDX-License-Identifier: Apache-2.0
// Bytes from outside never lead a look-up astray, and a changed image is
// refused. First byte: 's' gives the bytes a right checksum, so that the checks
// behind it are reached; 'f' flips bits of a good image at the places that
// follow, two bytes each; anything else takes the bytes as they are.
#include "core/acl_text.hpp"
#include "fuzz/property.hpp"
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
  const char mode = static_cast<char>(data[0]);
  const auto input = std::as_bytes(std::span(data, size)).subspan(1);
  std::vector<std::byte> bytes(input.begin(), input.end());
  if (mode == 'f') {
    bytes = good_image();
    for (std::size_t i = 0; i + 1 < input.size(); i += 2) {
      const std::size_t bit =
          std::to_integer<std::size_t>(input[i]) << 8 | std::to_integer<std::size_t>(input[i + 1]);
      bytes[bit / 8 % bytes.size()] ^= std::byte{1} << (bit % 8);
    }
  } else if (mode == 's') {
    test::seal(bytes);
  }

  const auto view = AclView::open(bytes, AclView::Check::kWhole);
  if (mode == 'f')
    require(static_cast<bool>(view) == (bytes == good_image()), "a changed image is refused");
  if (!view) {
    require(!view.error().empty(), "a refusal says why");
    return 0;
  }
  require(is_acl_image(bytes), "what opens begins as an image does");
  require(static_cast<bool>(AclView::open(bytes, AclView::Check::kLayout)),
          "what passes the whole check passes the lesser one");
  consult_all(*view, bytes);
  return 0;
}
