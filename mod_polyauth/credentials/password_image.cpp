// SPDX-License-Identifier: Apache-2.0
#include "credentials/password_image.hpp"

#include "credentials/password_image_layout.hpp"

namespace polyauth {

namespace {

using namespace password_image;

// Whether the rows of an image with a right frame and length lead nowhere else.
class Inspection {
public:
  explicit Inspection(std::span<const std::byte> image) noexcept
      : image_(image), header_(header_of(image)) {}

  [[nodiscard]] bool is_sound() const noexcept {
    return header_.lines != 0 && users_are_sound() && lines_are_sound() && kinds_are_sound();
  }

private:
  [[nodiscard]] bool is_text(const Text& text) const noexcept {
    if (text.at >= header_.text_bytes || text.size >= header_.text_bytes - text.at) return false;
    const std::string_view with_end = text_at(image_, {text.at, text.size + 1});
    return with_end.find('\0') == text.size;
  }

  [[nodiscard]] bool users_are_sound() const noexcept {
    std::uint32_t line = 0;
    for (std::size_t i = 0; i < header_.users; ++i) {
      const UserRow user = user_row(image_, i);
      if (!is_text(user.name) || user.first != line || user.last <= user.first) return false;
      if (i != 0 && text_at(image_, user_row(image_, i - 1).name) >= text_at(image_, user.name))
        return false;
      line = user.last;
    }
    return line == header_.lines;
  }

  [[nodiscard]] bool lines_are_sound() const noexcept {
    for (std::size_t i = 0; i < header_.lines; ++i) {
      const LineRow line = line_row(image_, i);
      if (!is_text(line.hash) || !is_text(line.label) || line.kind >= header_.kinds ||
          line.from >= line.until || !parse_hash(text_at(image_, line.hash)))
        return false;
    }
    return true;
  }

  [[nodiscard]] bool kinds_are_sound() const noexcept {
    for (std::size_t i = 0; i < header_.kinds; ++i) {
      const KindRow kind = kind_row(image_, i);
      if (kind.decoy >= header_.lines || kind.count > header_.lines ||
          line_row(image_, kind.decoy).kind != i)
        return false;
    }
    return true;
  }

  std::span<const std::byte> image_;
  Header header_;
};

} // namespace

Result<PasswordView> PasswordView::open(std::span<const std::byte> image) {
  if (const auto frame = check_frame(image, kMagic, kVersion, ImageCheck::kWhole); !frame)
    return Error{frame.error()};
  if (image.size() < sizeof(ImageFrame) + sizeof(Header) ||
      Layout(header_of(image)).end != image.size() || !Inspection(image).is_sound())
    return Error{"the image of the passwords is damaged"};
  PasswordView view;
  view.image_ = image;
  return view;
}

PasswordView::Range PasswordView::find(std::string_view user) const noexcept {
  std::size_t low = 0;
  std::size_t high = users();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const UserRow row = user_row(image_, middle);
    const int order = text_at(image_, row.name).compare(user);
    if (order == 0) return {row.first, row.last};
    (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
  }
  return {};
}

PasswordView::Line PasswordView::line(std::uint32_t index) const noexcept {
  const LineRow row = line_row(image_, index);
  const std::string_view hash = text_at(image_, row.hash);
  return {hash.data(),
          text_at(image_, row.label),
          {row.from, row.until},
          static_cast<std::uint32_t>(row.kind),
          hash.starts_with("$2")};
}

std::size_t PasswordView::kinds() const noexcept { return header_of(image_).kinds; }

PasswordView::Kind PasswordView::kind(std::size_t index) const noexcept {
  const KindRow row = kind_row(image_, index);
  return {row.count, line(row.decoy).hash};
}

std::size_t PasswordView::users() const noexcept { return header_of(image_).users; }
std::size_t PasswordView::lines() const noexcept { return header_of(image_).lines; }

} // namespace polyauth
