// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// Times as an administrator writes them (RFC 3339) and as the rest reckons with
// them: seconds since the epoch, UTC, without leap seconds. Knows no clock.
namespace polyauth {

// What a date without a time stands for.
enum class DateMeans : bool {
  kItsBegin, // 00:00:00 of that day
  kItsEnd,   // 00:00:00 of the next one
};

// A date (2026-11-24) or a date and time in UTC (2026-11-24T18:00:00Z, +00:00),
// of the years 1970 to 9999. A fraction of a second is dropped. Other offsets and the leap
// second :60 are refused: two servers could read them differently.
Result<std::int64_t> parse_utc(std::string_view text, DateMeans date);

// "2026-11-24T18:00:00Z"; parse_utc() gives it back for the years 1970 to 9999.
[[nodiscard]] std::string utc_text(std::int64_t seconds);

} // namespace polyauth
