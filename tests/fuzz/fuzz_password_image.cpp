// SPDX-License-Identifier: Apache-2.0
// Bytes from outside never lead a look-up astray, and a changed image is
// refused. First byte: 's' gives the bytes a right frame, so that the checks behind
// it are reached; 'f' flips bits of a good image at the places that follow, two
// bytes each; anything else takes the bytes as they are.
#include "fuzz/property.hpp"
#include "support/passwords.hpp"

#include <cstring>
#include <vector>

using namespace polyauth;
using fuzz::require;

namespace {

const std::vector<std::byte>& good_image() {
  static const std::vector<std::byte> image =
      test::password_image("a:" + test::kDes +
                           " label=one until=2026-01-01\n" //
                           "b:" +
                           test::kBcrypt + "\nb:" + test::kSha1 + " label=two\n");
  return image;
}

void ask_all(const PasswordView& view) {
  for (std::uint32_t index = 0; index < view.lines(); ++index) {
    const PasswordView::Line line = view.line(index);
    require(parse_hash(line.hash).has_value(), "every hash is one, and ends");
    require(line.kind < view.kinds(), "every line has its kind");
    require(line.label.find('\0') == std::string_view::npos, "every label ends");
  }
  for (std::size_t kind = 0; kind < view.kinds(); ++kind)
    require(parse_hash(view.kind(kind).decoy).has_value(), "every decoy is a hash");
  for (const auto* const user : {"", "a", "b", "c", "\xff"}) {
    const auto range = view.find(user);
    require(range.first <= range.last && range.last <= view.lines(), "lines lie in the image");
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
    test::seal_password_image(bytes);
  }

  const auto view = PasswordView::open(bytes);
  if (mode == 'f')
    require(static_cast<bool>(view) == (bytes == good_image()), "a changed image is refused");
  if (!view) {
    require(!view.error().empty(), "a refusal says why");
    return 0;
  }
  ask_all(*view);
  return 0;
}
