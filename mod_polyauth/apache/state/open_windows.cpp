// SPDX-License-Identifier: Apache-2.0
#include "apache/state/open_windows.hpp"

#include <algorithm>
#include <sys/mman.h>

namespace polyauth::apache {

OpenWindows* OpenWindows::create() noexcept {
  void* const at = ::mmap(nullptr, sizeof(OpenWindows), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  // Zero pages are an empty table.
  return at == MAP_FAILED ? nullptr : static_cast<OpenWindows*>(at);
}

void OpenWindows::close(OpenWindows* windows) noexcept { ::munmap(windows, sizeof(OpenWindows)); }

OpenWindows::Set& OpenWindows::set_of(const MacAddress& device) noexcept {
  // Devices of one maker differ in the last digits.
  return sets_[(device.bits() * 0x9e37'79b9'7f4a'7c15U >> 32) % kSets];
}

void OpenWindows::add(const MacAddress& device) noexcept {
  Set& set = set_of(device);
  if (std::any_of(set.begin(), set.end(),
                  [&](const Entry& entry) { return entry == device.bits(); }))
    return;
  for (Entry& entry : set) {
    std::uint64_t empty = 0;
    if (entry.compare_exchange_strong(empty, device.bits())) return;
  }
  set[next_++ % kWays] = device.bits();
}

bool OpenWindows::take(const MacAddress& device) noexcept {
  bool found = false;
  for (Entry& entry : set_of(device)) {
    std::uint64_t expected = device.bits();
    if (entry.load(std::memory_order_relaxed) == expected)
      found = entry.compare_exchange_strong(expected, 0) || found;
  }
  return found;
}

bool OpenWindows::is_to_look(std::int64_t now) noexcept {
  std::int64_t last = last_look_;
  // A clock that was set back does not put it off.
  if (last <= now && now - last < kLookInterval) return false;
  return last_look_.compare_exchange_strong(last, now);
}

} // namespace polyauth::apache
