// SPDX-License-Identifier: Apache-2.0
#include "io/request_counters.hpp"

#include <span>

namespace polyauth {

namespace {

using std::memory_order_relaxed;
using Word = std::atomic<std::uint64_t>;
static_assert(Word::is_always_lock_free);

// A word of a ring says which period it counts and how much: what was left there a lap ago
// is replaced in the same step that counts.
constexpr unsigned kCountBits = 40;
constexpr std::uint64_t kCountMask = (std::uint64_t{1} << kCountBits) - 1;

constexpr std::uint64_t tag_of(std::int64_t period) noexcept {
  return static_cast<std::uint64_t>(period) << kCountBits;
}
constexpr bool counts(std::uint64_t word, std::int64_t period) noexcept {
  return (word & ~kCountMask) == tag_of(period);
}

std::size_t index_of(std::int64_t period, std::size_t size) noexcept {
  return static_cast<std::size_t>(static_cast<std::uint64_t>(period) % size);
}

void add(Word& word, std::int64_t period) noexcept {
  std::uint64_t seen = word.load(memory_order_relaxed);
  while (!counts(seen, period))
    if (word.compare_exchange_weak(seen, tag_of(period) + 1, memory_order_relaxed)) return;
  word.fetch_add(1, memory_order_relaxed);
}

template <typename Row>
std::vector<RequestCounters::Period> periods(std::span<const Row> ring, std::int64_t length,
                                             std::int64_t now) {
  std::vector<RequestCounters::Period> found;
  found.reserve(ring.size());
  const std::int64_t last = now / length;
  for (std::int64_t period = last - static_cast<std::int64_t>(ring.size()) + 1; period <= last;
       ++period) {
    RequestCounters::Period& each = found.emplace_back();
    each.from = period * length;
    const Row& row = ring[index_of(period, ring.size())];
    for (std::size_t i = 0; i < kOutcomeCount; ++i)
      if (const std::uint64_t word = row[i].load(memory_order_relaxed); counts(word, period))
        each.counts[i] = word & kCountMask;
  }
  return found;
}

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 3600;

} // namespace

const char* outcome_text(Outcome outcome) noexcept {
  switch (outcome) {
  case Outcome::kGranted: return "granted";
  case Outcome::kRefused: return "denied";
  case Outcome::kWouldDeny: return "would-deny";
  }
  return "";
}

void RequestCounters::count(Reason reason, Outcome outcome, std::int64_t now) noexcept {
  const auto column = static_cast<std::size_t>(outcome);
  totals_[static_cast<std::size_t>(reason)][column].fetch_add(1, memory_order_relaxed);
  add(minutes_[index_of(now / kMinute, kMinutes)][column], now / kMinute);
  add(hours_[index_of(now / kHour, kHours)][column], now / kHour);
}

std::uint64_t RequestCounters::total(Reason reason, Outcome outcome) const noexcept {
  return totals_[static_cast<std::size_t>(reason)][static_cast<std::size_t>(outcome)].load(
      memory_order_relaxed);
}

std::vector<RequestCounters::Period> RequestCounters::minutes(std::int64_t now) const {
  return periods(std::span<const Row>(minutes_), kMinute, now);
}

std::vector<RequestCounters::Period> RequestCounters::hours(std::int64_t now) const {
  return periods(std::span<const Row>(hours_), kHour, now);
}

} // namespace polyauth
