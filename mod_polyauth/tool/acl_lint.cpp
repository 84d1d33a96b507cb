// SPDX-License-Identifier: Apache-2.0
#include "tool/acl_lint.hpp"

#include "core/number_sort.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace polyauth::tool {

namespace {

constexpr unsigned kPrefixBits = 48;

// An entry as one number: side, then length, then prefix.
std::uint64_t key_of(bool denial, unsigned digits, std::uint64_t prefix) noexcept {
  return std::uint64_t{denial} << 52 | std::uint64_t{digits} << kPrefixBits | prefix;
}
std::uint64_t key_of(const AclEntry& entry) noexcept {
  return key_of(entry.denial, entry.digits, entry.prefix);
}
AclEntry entry_of(std::uint64_t key) noexcept {
  return {key & ((std::uint64_t{1} << kPrefixBits) - 1),
          static_cast<std::uint8_t>(key >> kPrefixBits & 0xf), (key >> 52) != 0};
}

// What is odd in a list, without the lines: numbers, since there may be ten million.
class Oddities {
public:
  explicit Oddities(const std::vector<AclEntry>& entries) : keys_(entries.size()) {
    std::transform(entries.begin(), entries.end(), keys_.begin(),
                   [](const AclEntry& entry) { return key_of(entry); });
    sort_numbers(keys_);
    for (std::size_t i = 1; i < keys_.size(); ++i)
      if (keys_[i] == keys_[i - 1] && (repeated_.empty() || repeated_.back() != keys_[i]))
        repeated_.push_back(keys_[i]);
    for (const std::uint64_t key : keys_) has_[key >> 52 & 1][key >> kPrefixBits & 0xf] = true;
    first_seen_.resize(repeated_.size());
  }

  // What makes an entry needless. A denial comes first: it turns the entry around.
  [[nodiscard]] std::optional<AclEntry> cause_of(const AclEntry& entry) const {
    const unsigned own_digits = entry.digits;
    for (unsigned digits = 0; digits < own_digits + (entry.denial ? 0U : 1U); ++digits)
      if (const auto cause = find(entry, digits, true)) return cause;
    if (entry.denial) return std::nullopt;
    for (unsigned digits = 0; digits < own_digits; ++digits)
      if (const auto cause = find(entry, digits, false)) return cause;
    return std::nullopt;
  }

  // Asked of each entry in the order of the lines: whether it stood there before.
  [[nodiscard]] bool is_again(const AclEntry& entry) {
    const std::uint64_t key = key_of(entry);
    const auto at = std::lower_bound(repeated_.begin(), repeated_.end(), key);
    if (at == repeated_.end() || *at != key) return false;
    const auto index = static_cast<std::size_t>(at - repeated_.begin());
    const bool again = first_seen_[index];
    first_seen_[index] = true;
    return again;
  }

private:
  // The entry of a side that covers this one with so many digits.
  [[nodiscard]] std::optional<AclEntry> find(const AclEntry& entry, unsigned digits,
                                             bool denial) const {
    if (!has_[denial ? 1 : 0][digits]) return std::nullopt;
    const std::uint64_t key = key_of(denial, digits, entry.prefix >> (4 * (entry.digits - digits)));
    if (!std::binary_search(keys_.begin(), keys_.end(), key)) return std::nullopt;
    return entry_of(key);
  }

  std::vector<std::uint64_t> keys_;
  std::vector<std::uint64_t> repeated_;       // each once
  std::vector<bool> first_seen_;              // of those
  std::array<std::array<bool, 16>, 2> has_{}; // by side and number of digits
};

// Fills in where the cause of each remark stands first.
void find_causes(std::vector<AclRemark>& remarks, const AclText& text) {
  std::size_t missing = remarks.size();
  for (std::size_t i = 0; i < text.entries.size() && missing != 0; ++i)
    for (AclRemark& remark : remarks)
      if (remark.cause_line == 0 && remark.cause == text.entries[i]) {
        remark.cause_line = text.lines[i];
        --missing;
      }
}

std::string at(const std::string& file, std::size_t line) {
  return "  " + file + ':' + std::to_string(line) + ": ";
}

} // namespace

AclLint lint_acl(const AclText& text) {
  AclLint lint;
  Oddities odd(text.entries);
  const auto is_full = [](const auto& remarks) { return remarks.size() == AclLint::kMaxNamed; };
  for (std::size_t i = 0; i < text.entries.size(); ++i) {
    const AclEntry& entry = text.entries[i];
    if (is_full(lint.duplicates) && is_full(lint.superfluous)) break;
    // Of entries that stand there twice the first alone is superfluous.
    if (odd.is_again(entry)) {
      if (!is_full(lint.duplicates)) lint.duplicates.push_back({entry, text.lines[i], entry, 0});
    } else if (const auto cause = is_full(lint.superfluous) ? std::nullopt : odd.cause_of(entry)) {
      lint.superfluous.push_back({entry, text.lines[i], *cause, 0});
    }
  }
  find_causes(lint.duplicates, text);
  find_causes(lint.superfluous, text);
  return lint;
}

void print_counts(const AclCounts& counts, Console& console) {
  console.print("devices: " + std::to_string(counts.devices));
  console.print("ranges: " + std::to_string(counts.ranges));
  console.print("denials: " + std::to_string(counts.denials));
}

void print_lint(const std::string& file, const AclCounts& counts, const AclLint& lint,
                Console& console) {
  console.print("duplicates: " + std::to_string(counts.duplicates));
  for (const AclRemark& remark : lint.duplicates)
    console.print(at(file, remark.line) + remark.entry.to_string() + " stands on line " +
                  std::to_string(remark.cause_line) + " already");
  print_rest(counts.duplicates, lint.duplicates.size(), "duplicates", console);
  console.print("superfluous: " + std::to_string(counts.superfluous));
  for (const AclRemark& remark : lint.superfluous)
    console.print(
        at(file, remark.line) + remark.entry.to_string() +
        (remark.cause.denial && !remark.entry.denial ? " is denied by " : " is covered by ") +
        remark.cause.to_string() + " on line " + std::to_string(remark.cause_line));
  print_rest(counts.superfluous, lint.superfluous.size(), "superfluous entries", console);
}

} // namespace polyauth::tool
