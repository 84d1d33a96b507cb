// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// Counts of texts that a client may choose, in bounded memory.
namespace polyauth::tool {

struct Refusals {
  std::uint64_t would_deny = 0; // by Audit
  std::uint64_t denied = 0;

  [[nodiscard]] std::uint64_t total() const noexcept { return would_deny + denied; }
  Refusals& operator+=(const Refusals& other) noexcept {
    would_deny += other.would_deny;
    denied += other.denied;
    return *this;
  }
};

// Keeps the texts that occur most. When twice as many as are asked for have come, the
// rarer half is forgotten and counted as a whole.
class Tally {
public:
  static constexpr std::size_t kMaxKey = 255; // bytes of a text; what follows is cut off

  explicit Tally(std::size_t keep) : keep_(keep) {}

  void add(std::string_view key, const Refusals& refusals);

  struct Row {
    std::string key;
    Refusals refusals;
  };
  // The texts that occurred most, in that order; those of equal counts by their bytes.
  [[nodiscard]] std::vector<Row> top(std::size_t count) const;

  [[nodiscard]] const Refusals& all() const noexcept { return all_; }
  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
  // Requests whose texts were forgotten: as many may be lacking at those that are kept.
  [[nodiscard]] std::uint64_t forgotten() const noexcept { return forgotten_; }

private:
  void forget_rarer_half();

  std::size_t keep_;
  std::unordered_map<std::string, Refusals> rows_;
  Refusals all_;
  std::uint64_t forgotten_ = 0;
};

} // namespace polyauth::tool
