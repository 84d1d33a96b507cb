// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/utc_time.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

// What may follow a credential on its line: label=, from= and until=.
namespace polyauth {

// The time in which a credential opens: from the first second to before the last.
struct Window {
  static constexpr std::int64_t kAlways = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  std::int64_t from = kAlways; // the first second in which it opens
  std::int64_t until = kNever; // the first second in which it opens no more

  [[nodiscard]] constexpr bool contains(std::int64_t now) const noexcept {
    return from <= now && now < until;
  }
  [[nodiscard]] constexpr bool is_over(std::int64_t now) const noexcept { return until <= now; }
  [[nodiscard]] constexpr bool overlaps(const Window& other) const noexcept {
    return from < other.until && other.from < until;
  }
  friend constexpr bool operator==(const Window&, const Window&) = default;
};

inline constexpr std::size_t kMaxLabelBytes = 64;

// 1 to 64 letters, digits, '.', '_' and '-'. Also the id of a device secret.
[[nodiscard]] bool is_label(std::string_view text) noexcept;
inline constexpr std::string_view kLabelAccepted = "1 to 64 letters, digits, '.', '_' and '-'";

struct CredentialOptions {
  std::string_view label; // of the text that was read; empty if there is none
  Window window;
};

// What is wrong with a part of a line, and at which byte of the part.
struct LineProblem {
  std::size_t at = 0;
  std::string text;
};

enum class LabelOption : bool { kRefused, kAccepted };

// Reads the words of the rest of a line, each key at most once. Nothing is wrong
// if nothing is returned.
[[nodiscard]] std::optional<LineProblem> parse_options(std::string_view text, LabelOption label,
                                                       CredentialOptions& options);

} // namespace polyauth
