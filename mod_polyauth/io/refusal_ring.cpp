// SPDX-License-Identifier: Apache-2.0
#include "io/refusal_ring.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace polyauth {

namespace {

using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;

constexpr std::uint64_t kNoDevice = ~std::uint64_t{0};

template <std::size_t N, typename Size>
void store(std::array<char, N>& text, Size& size, std::string_view value) noexcept {
  static_assert(N <= static_cast<Size>(-1));
  size = static_cast<Size>(std::min(value.size(), N));
  std::copy_n(value.begin(), size, text.begin());
}

// Whatever the size says: it may have come from a process that went mad.
template <std::size_t N> std::string text_of(const std::array<char, N>& text, std::size_t size) {
  return {text.data(), std::min(size, N)};
}

} // namespace

std::optional<RefusalRing::Place> RefusalRing::claim() noexcept {
  const std::uint64_t number = last_.fetch_add(1, memory_order_relaxed) + 1;
  Slot& slot = slots_[number % kSize];
  const std::uint64_t writing = 2 * number + 1;
  std::uint64_t seen = slot.state.load(memory_order_relaxed);
  do {
    // Who died while writing keeps the place: nobody can tell it from one that only waits
    // for a processor, and two at one place would mix their words.
    const bool is_taken = seen % 2 != 0;
    if (seen >= writing || is_taken) return std::nullopt;
    // Acquire: our words come after those that stand here.
  } while (
      !slot.state.compare_exchange_weak(seen, writing, memory_order_acquire, memory_order_relaxed));
  return Place(slot, writing);
}

void RefusalRing::Place::fill(std::int64_t at, const Decision& decision, bool audit,
                              const Texts& texts) noexcept {
  static_assert(std::is_trivially_copyable_v<Record>);
  Record record{};
  record.at = at;
  record.device = decision.device ? decision.device->bits() : kNoDevice;
  record.reason = decision.reason;
  record.audit = audit;
  store(record.method, record.method_size, texts.method);
  store(record.client, record.client_size, texts.client);
  store(record.path, record.path_size, texts.path);
  std::array<std::uint64_t, kWords> words{};
  std::memcpy(words.data(), &record, sizeof record);
  // Release: who sees one of these words sees that the place is being written.
  for (std::size_t i = 0; i < kWords; ++i) slot_->words[i].store(words[i], memory_order_release);
  slot_->state.store(writing_ + 1, memory_order_release);
}

std::vector<PastRefusal> RefusalRing::latest() const {
  struct Found {
    std::uint64_t state;
    Record record;
  };
  std::vector<Found> found;
  for (const Slot& slot : slots_) {
    const std::uint64_t state = slot.state.load(memory_order_acquire);
    if (state == 0 || state % 2 != 0) continue;
    std::array<std::uint64_t, kWords> words{};
    for (std::size_t i = 0; i < kWords; ++i) words[i] = slot.words[i].load(memory_order_acquire);
    if (slot.state.load(memory_order_relaxed) != state) continue;
    Record record{};
    std::memcpy(&record, words.data(), sizeof record);
    if (static_cast<std::size_t>(record.reason) < kReasonCount) found.push_back({state, record});
  }
  std::sort(found.begin(), found.end(),
            [](const Found& a, const Found& b) { return a.state > b.state; });
  std::vector<PastRefusal> refusals;
  refusals.reserve(found.size());
  for (const auto& [state, record] : found)
    refusals.push_back(
        {record.at, record.reason, record.audit,
         record.device == kNoDevice ? std::nullopt : std::optional(MacAddress(record.device)),
         text_of(record.method, record.method_size), text_of(record.path, record.path_size),
         text_of(record.client, record.client_size)});
  return refusals;
}

} // namespace polyauth
