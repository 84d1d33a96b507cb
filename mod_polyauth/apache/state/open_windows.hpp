// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mac_address.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace polyauth::apache {

// The devices whose one-time password was used a short time ago, so that a regular login knows
// without a database whether there is a window to end. Lies in memory that all children
// share. Lock-free; a device that is forgotten because of others only has its window ended a
// little later.
class OpenWindows {
public:
  // nullptr if there is no memory. Unmapped by close().
  static OpenWindows* create() noexcept;
  static void close(OpenWindows* windows) noexcept;

  void add(const MacAddress& device) noexcept;
  // Whether it was there.
  bool take(const MacAddress& device) noexcept;

  // Whether the caller is to add what other servers have opened: one of all processes, every
  // kLookInterval seconds.
  static constexpr std::int64_t kLookInterval = 5;
  bool is_to_look(std::int64_t now) noexcept;

private:
  static constexpr std::size_t kSets = 1024;
  static constexpr std::size_t kWays = 4;
  using Entry = std::atomic<std::uint64_t>; // 0: empty; no device is a placeholder
  using Set = std::array<Entry, kWays>;
  static_assert(Entry::is_always_lock_free);

  Set& set_of(const MacAddress& device) noexcept;

  std::array<Set, kSets> sets_;
  std::atomic<unsigned> next_; // which one goes where there is no room
  std::atomic<std::int64_t> last_look_;
};

} // namespace polyauth::apache
