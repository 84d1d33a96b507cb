// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/decision.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

// How many requests ended how: in all, and over time. Lives in shared memory that is all
// zeros at first; address-free and without locks, so that a process that dies leaves it right.
namespace polyauth {

enum class Outcome : std::uint8_t { kGranted, kRefused, kWouldDeny };
inline constexpr std::size_t kOutcomeCount = 3;

// What POLYAUTH_DECISION says of it.
[[nodiscard]] const char* outcome_text(Outcome outcome) noexcept;

class RequestCounters {
public:
  static constexpr std::size_t kMinutes = 60;
  static constexpr std::size_t kHours = std::size_t{14} * 24;

  struct Period {
    std::int64_t from = 0; // seconds since the epoch
    std::array<std::uint64_t, kOutcomeCount> counts{};
    [[nodiscard]] std::uint64_t of(Outcome outcome) const noexcept {
      return counts.at(static_cast<std::size_t>(outcome));
    }
  };

  void count(Reason reason, Outcome outcome, std::int64_t now) noexcept;

  [[nodiscard]] std::uint64_t total(Reason reason, Outcome outcome) const noexcept;
  // Up to and with the one that `now` is in, oldest first; as of about now.
  [[nodiscard]] std::vector<Period> minutes(std::int64_t now) const;
  [[nodiscard]] std::vector<Period> hours(std::int64_t now) const;

private:
  using Row = std::array<std::atomic<std::uint64_t>, kOutcomeCount>;

  std::array<Row, kReasonCount> totals_;
  std::array<Row, kMinutes> minutes_;
  std::array<Row, kHours> hours_;
};

} // namespace polyauth
