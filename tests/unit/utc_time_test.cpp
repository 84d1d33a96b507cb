// SPDX-License-Identifier: Apache-2.0
#include "core/utc_time.hpp"
#include "support/catch.hpp"

#include <limits>
#include <tuple>

using namespace polyauth;

namespace {

constexpr std::int64_t kDay = 86400;

std::int64_t begin_of(std::string_view text) {
  const auto time = parse_utc(text, DateMeans::kItsBegin);
  if (!time) FAIL(text << ": " << time.error());
  return *time;
}

} // namespace

// The numbers are those of date(1).
TEST_CASE("dates and times are seconds since the epoch", "[time]") {
  const auto [text, seconds] = GENERATE(table<const char*, std::int64_t>({
      {"1970-01-01", 0},
      {"1970-01-01T00:00:01Z", 1},
      {"2024-02-29", 1709164800},
      {"2026-11-24T18:00:00Z", 1795543200},
      {"2026-11-24t18:00:00z", 1795543200},
      {"2026-11-24T18:00:00+00:00", 1795543200},
      {"2026-11-24T18:00:00.000Z", 1795543200},
      {"2026-11-24T18:00:00.987654321+00:00", 1795543200},
      {"2000-02-29T23:59:59Z", 951868799},
      {"9999-12-31T23:59:59Z", 253402300799},
  }));
  CAPTURE(text);
  CHECK(begin_of(text) == seconds);
}

TEST_CASE("a date begins with its day, or ends with it", "[time]") {
  CHECK(*parse_utc("2026-11-24", DateMeans::kItsEnd) == begin_of("2026-11-25"));
  CHECK(*parse_utc("2026-12-31", DateMeans::kItsEnd) == begin_of("2027-01-01"));
  CHECK(*parse_utc("9999-12-31", DateMeans::kItsEnd) == 253402300800);
  // A time is itself.
  CHECK(*parse_utc("2026-11-24T18:00:00Z", DateMeans::kItsEnd) == 1795543200);
}

TEST_CASE("what is no date, no time or not UTC is refused, and why", "[time]") {
  const auto [text, why] = GENERATE(table<const char*, const char*>({
      {"", "is no date"},
      {"2026", "is no date"},
      {"2026-1-24", "is no date"},
      {"24.11.2026", "is no date"},
      {"2026-11-24 ", "is no date"},
      {"2026-11-24X18:00:00Z", "is no date"},
      {"2O26-11-24", "is no date"},
      {"-026-11-24", "is no date"},
      {"1969-12-31", "is before 1970"},
      {"0000-01-01", "is before 1970"},
      {"2026-00-10", "is a day that there is not"},
      {"2026-13-01", "is a day that there is not"},
      {"2026-11-00", "is a day that there is not"},
      {"2026-11-31", "is a day that there is not"},
      {"2026-02-29", "is a day that there is not"},
      {"2100-02-29", "is a day that there is not"},
      {"2026-11-24T", "is no time"},
      {"2026-11-24T18", "is no time"},
      {"2026-11-24T18:00Z", "is no time"},
      {"2026-11-24T18.00.00Z", "is no time"},
      {"2026-11-24T1x:00:00Z", "is no time"},
      {"2026-11-24T24:00:00Z", "is a time that there is not"},
      {"2026-11-24T18:60:00Z", "is a time that there is not"},
      {"2026-11-24T18:00:61Z", "is a time that there is not"},
      {"2016-12-31T23:59:60Z", "is a leap second"},
      {"2026-11-24T18:00:00", "does not say that it is UTC"},
      {"2026-11-24T18:00:00.Z", "is no time"},
      {"2026-11-24T18:00:00.5", "does not say that it is UTC"},
      {"2026-11-24T18:00:00.5+01:00", "is not in UTC"},
      {"2026-11-24T18:00:00.5.5Z", "is no time"},
      {"2026-11-24T18:00:00+01:00", "is not in UTC"},
      {"2026-11-24T18:00:00-00:00", "is not in UTC"},
      {"2026-11-24T18:00:00ZZ", "is not in UTC"},
  }));
  CAPTURE(text);
  const auto time = parse_utc(text, DateMeans::kItsBegin);
  REQUIRE_FALSE(time);
  CHECK(time.error().starts_with(why));
}

TEST_CASE("every day is told as it is read", "[time]") {
  for (std::int64_t seconds = 0; seconds < 253402300800; seconds += 97 * kDay + 3661) {
    const std::string text = utc_text(seconds);
    if (begin_of(text) != seconds) FAIL(text << " is not " << seconds);
  }
}

TEST_CASE("times that nobody writes can be told, too", "[time]") {
  CHECK(utc_text(-1) == "1969-12-31T23:59:59Z");
  CHECK(utc_text(253402300800) == "10000-01-01T00:00:00Z");
  CHECK(utc_text(std::numeric_limits<std::int64_t>::min()) == "an unknown date");
  CHECK(utc_text(std::numeric_limits<std::int64_t>::max()) == "an unknown date");
}
