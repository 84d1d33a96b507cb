// SPDX-License-Identifier: Apache-2.0
#include "core/utc_time.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace polyauth {

namespace {

constexpr std::int64_t kSecondsPerDay = 86400;
constexpr std::string_view kAccepted =
    "accepted are a date (2026-11-24) and a date and time in UTC (2026-11-24T18:00:00Z)";

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": eras of 400 years
// that begin in March, so that the leap day is the last of its year.
constexpr std::int64_t kDaysPerEra = 146097;
constexpr std::int64_t kDaysToEpoch = 719468; // from 0000-03-01

constexpr std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day) noexcept {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = year / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * kDaysPerEra + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         kDaysToEpoch;
}

constexpr std::int64_t days_in(std::int64_t year, std::int64_t month) noexcept {
  return month == 12 ? 31 : days_of(year, month + 1, 1) - days_of(year, month, 1);
}

// The number that the digits say, or -1 if they are none.
std::int64_t number(std::string_view digits) noexcept {
  if (!std::all_of(digits.begin(), digits.end(), ascii::is_digit)) return -1;
  std::int64_t value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

// Days since the epoch of "2026-11-24"; nothing if it has another form.
Result<std::int64_t> parse_date(std::string_view text) {
  const std::int64_t year = number(text.substr(0, 4));
  const std::int64_t month = number(text.substr(5, 2));
  const std::int64_t day = number(text.substr(8, 2));
  if (text[4] != '-' || text[7] != '-' || year < 0 || month < 0 || day < 0)
    return Error{"is no date; " + std::string(kAccepted)};
  if (year < 1970) return Error{"is before 1970"};
  if (month < 1 || month > 12 || day < 1 || day > days_in(year, month))
    return Error{"is a day that there is not"};
  return days_of(year, month, day);
}

// What follows a fraction of a second, if there is one; with its point if it has no digits.
std::string_view behind_fraction(std::string_view text) noexcept {
  if (!text.starts_with('.')) return text;
  const auto* const end = std::find_if_not(text.begin() + 1, text.end(), ascii::is_digit);
  const auto length = static_cast<std::size_t>(end - text.begin());
  return length > 1 ? text.substr(length) : text;
}

// Seconds since midnight of "18:00:00Z", whole ones.
Result<std::int64_t> parse_time(std::string_view text) {
  constexpr std::size_t kLength = 8;
  const std::string_view time = text.substr(0, kLength);
  const std::string_view offset = behind_fraction(text.substr(std::min(kLength, text.size())));
  if (time.size() < kLength || time[2] != ':' || time[5] != ':')
    return Error{"is no time; " + std::string(kAccepted)};
  const std::int64_t hour = number(time.substr(0, 2));
  const std::int64_t minute = number(time.substr(3, 2));
  const std::int64_t second = number(time.substr(6, 2));
  if (hour < 0 || minute < 0 || second < 0) return Error{"is no time; " + std::string(kAccepted)};
  if (second == 60)
    return Error{"is a leap second, which clocks do not agree about; write the next second"};
  if (hour > 23 || minute > 59 || second > 59) return Error{"is a time that there is not"};
  if (offset.starts_with('.')) return Error{"is no time; " + std::string(kAccepted)};
  if (offset.empty()) return Error{"does not say that it is UTC; write Z after it"};
  if (offset != "Z" && offset != "z" && offset != "+00:00")
    return Error{"is not in UTC; convert it and write Z after it"};
  return (hour * 60 + minute) * 60 + second;
}

void append_number(std::string& text, std::int64_t value, std::size_t digits) {
  const std::string plain = std::to_string(value);
  text.append(digits - std::min(digits, plain.size()), '0');
  text += plain;
}

} // namespace

Result<std::int64_t> parse_utc(std::string_view text, DateMeans date) {
  constexpr std::size_t kDate = 10;
  if (text.size() < kDate) return Error{"is no date; " + std::string(kAccepted)};
  const auto days = parse_date(text.substr(0, kDate));
  if (!days) return Error{days.error()};
  if (text.size() == kDate) return (*days + (date == DateMeans::kItsEnd ? 1 : 0)) * kSecondsPerDay;
  if (text[kDate] != 'T' && text[kDate] != 't')
    return Error{"is no date; " + std::string(kAccepted)};
  const auto seconds = parse_time(text.substr(kDate + 1));
  if (!seconds) return Error{seconds.error()};
  return *days * kSecondsPerDay + *seconds;
}

std::string utc_text(std::int64_t seconds) {
  // Beyond are dates that nobody writes, and numbers that would overflow here.
  constexpr std::int64_t kFirst = days_of(0, 3, 1) * kSecondsPerDay;
  constexpr std::int64_t kLast = days_of(1'000'000, 1, 1) * kSecondsPerDay;
  if (seconds < kFirst || seconds >= kLast) return "an unknown date";
  const std::int64_t days = (seconds - kFirst) / kSecondsPerDay; // since 0000-03-01
  const std::int64_t time = (seconds - kFirst) % kSecondsPerDay;
  const std::int64_t era = days / kDaysPerEra;
  const std::int64_t day_of_era = days % kDaysPerEra;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const std::int64_t year = era * 400 + year_of_era + (month <= 2 ? 1 : 0);
  std::string text;
  append_number(text, year, 4);
  append_number(text += '-', month, 2);
  append_number(text += '-', day_of_year - (153 * shifted_month + 2) / 5 + 1, 2);
  append_number(text += 'T', time / 3600, 2);
  append_number(text += ':', time / 60 % 60, 2);
  append_number(text += ':', time % 60, 2);
  return text + 'Z';
}

} // namespace polyauth
