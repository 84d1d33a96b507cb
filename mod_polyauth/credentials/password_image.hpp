// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/password_text.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

// The published form of a password file: the frame, then a header, the users sorted
// by their bytes, the lines of each in the order of the file, the kinds of hashes with
// how many a check takes of each, and the texts, each followed by a NUL.
namespace polyauth {

// `now`: lines that are over need no hash any more.
[[nodiscard]] std::vector<std::byte> build_password_image(std::span<const PasswordLine> lines,
                                                          std::int64_t now);

// A view into an image that must outlive it and not change.
class PasswordView {
public:
  struct Line {
    const char* hash; // ends with its NUL
    std::string_view label;
    Window window;
    std::uint32_t kind;
    bool is_bcrypt;
  };
  // A kind of hash: how many checks of it every answer takes, and a hash to take
  // them with where the user has fewer.
  struct Kind {
    std::uint32_t count;
    const char* decoy;
  };
  // Lines [first, last).
  struct Range {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };

  // Checks everything, the checksum too: an image is small and opened once a change.
  static Result<PasswordView> open(std::span<const std::byte> image);

  // Empty if there is no such user. Logarithmic in the number of users.
  [[nodiscard]] Range find(std::string_view user) const noexcept;
  [[nodiscard]] Line line(std::uint32_t index) const noexcept;
  [[nodiscard]] std::size_t kinds() const noexcept;
  [[nodiscard]] Kind kind(std::size_t index) const noexcept;
  [[nodiscard]] std::size_t users() const noexcept;
  [[nodiscard]] std::size_t lines() const noexcept;

private:
  std::span<const std::byte> image_;
};

} // namespace polyauth
