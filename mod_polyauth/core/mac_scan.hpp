// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mac_address.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

// Finds the MAC addresses that stand in a decoded path, file name or query.
// Knows nothing of files, certificates or rules.
namespace polyauth {

// One place of a text where an address stands.
struct MacSpelling {
  std::size_t begin = 0; // first byte of the spelling
  std::size_t end = 0;   // one past its last byte
  MacAddress address{0}; // the reading; of several, the device's own or else the first
  bool several = false;  // the letters around it admit more than one reading
};

// The next address at or after `from`, or nothing. `from` is 0 or the end of
// the sighting before. What counts:
//   - a run of exactly twelve hex digits, but not the last group of a UUID;
//   - two-digit groups joined by '-' or ':', or four-digit groups joined by
//     '.', unless a further group of the same kind is joined to them;
//   - the same inside a longer run, once letters a-f are taken off that
//     continue a word before it or begin one after it: "phone0004f2aabbcc",
//     "0004f2aabbccdirectory". A letter g-z must stand beyond them.
// Where several readings remain, `own` decides if it is one of them.
[[nodiscard]] std::optional<MacSpelling> next_mac(std::string_view text, std::size_t from,
                                               const std::optional<MacAddress>& own) noexcept;

// What the addresses of a text are to one device.
struct MacsInText {
  bool own = false;                  // its own stands there
  std::size_t own_at = 0;            // where it does for the last time
  std::optional<MacAddress> foreign; // the first that is not its own
};

// A placeholder (ten leading zeros) is foreign to every device.
[[nodiscard]] MacsInText find_macs(std::string_view text, const MacAddress& own) noexcept;

} // namespace polyauth
