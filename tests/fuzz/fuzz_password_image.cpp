// SPDX-License-Identifier: Apache-2.0
// Bytes from outside never lead a look-up astray, and a changed image is refused.
#include "fuzz/image_input.hpp"
#include "support/passwords.hpp"

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
  const auto input = std::as_bytes(std::span(data, size));
  const auto image = fuzz::image_of(input, good_image(), test::seal_password_image);
  const auto view = PasswordView::open(image);
  fuzz::check_opened(input, image, good_image(), view);
  if (view) ask_all(*view);
  return 0;
}
