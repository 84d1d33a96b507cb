// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/image_frame.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

// The layout of a password image, shared by what builds it and what reads it.
namespace polyauth::password_image {

inline constexpr std::string_view kMagic = "PA-PASSW";
inline constexpr std::uint32_t kVersion = 1;

struct Header {
  std::uint32_t users;
  std::uint32_t lines;
  std::uint32_t kinds;
  std::uint32_t text_bytes;
};

// A text of the image: where it begins among the texts, and its length without NUL.
struct Text {
  std::uint32_t at;
  std::uint32_t size;
};

struct UserRow {
  Text name;
  std::uint32_t first;
  std::uint32_t last;
};

struct LineRow {
  std::int64_t from;
  std::int64_t until;
  Text hash;
  Text label;
  std::uint64_t kind;
};

struct KindRow {
  std::uint32_t count;
  std::uint32_t decoy; // a line of the kind
};

// Where the parts begin; all are multiples of 8.
struct Layout {
  std::size_t users = sizeof(ImageFrame) + sizeof(Header);
  std::size_t lines;
  std::size_t kinds;
  std::size_t texts;
  std::size_t end;

  explicit Layout(const Header& header) noexcept
      : lines(users + std::size_t{header.users} * sizeof(UserRow)),
        kinds(lines + std::size_t{header.lines} * sizeof(LineRow)),
        texts(kinds + std::size_t{header.kinds} * sizeof(KindRow)), end(texts + header.text_bytes) {
  }
};

template <typename T>
[[nodiscard]] T read_at(std::span<const std::byte> image, std::size_t at) noexcept {
  T value;
  std::memcpy(&value, image.data() + at, sizeof value);
  return value;
}

[[nodiscard]] inline Header header_of(std::span<const std::byte> image) noexcept {
  return read_at<Header>(image, sizeof(ImageFrame));
}

[[nodiscard]] inline UserRow user_row(std::span<const std::byte> image,
                                      std::size_t index) noexcept {
  return read_at<UserRow>(image, Layout(header_of(image)).users + index * sizeof(UserRow));
}
[[nodiscard]] inline LineRow line_row(std::span<const std::byte> image,
                                      std::size_t index) noexcept {
  return read_at<LineRow>(image, Layout(header_of(image)).lines + index * sizeof(LineRow));
}
[[nodiscard]] inline KindRow kind_row(std::span<const std::byte> image,
                                      std::size_t index) noexcept {
  return read_at<KindRow>(image, Layout(header_of(image)).kinds + index * sizeof(KindRow));
}
[[nodiscard]] inline std::string_view text_at(std::span<const std::byte> image,
                                              const Text& text) noexcept {
  const std::size_t at = Layout(header_of(image)).texts + text.at;
  return {reinterpret_cast<const char*>(image.data()) + at, text.size};
}

} // namespace polyauth::password_image
