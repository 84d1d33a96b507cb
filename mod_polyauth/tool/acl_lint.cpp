// SPDX-License-Identifier: Apache-2.0
#include "tool/acl_lint.hpp"

#include <algorithm>
#include <array>

namespace polyauth::tool {

namespace {

// 24 bytes: a list may have ten million of them.
struct Placed {
  AclEntry entry;
  std::size_t line;
  friend auto operator<=>(const Placed&, const Placed&) = default;
};

// Keeps the first remarks by line, whatever their number.
class Remarks {
public:
  void add(const AclRemark& remark) {
    if (kept_.size() >= 50 * AclLint::kMaxNamed) prune();
    kept_.push_back(remark);
  }

  [[nodiscard]] std::vector<AclRemark> take() {
    prune();
    return std::move(kept_);
  }

private:
  void prune() {
    std::sort(kept_.begin(), kept_.end(),
              [](const AclRemark& a, const AclRemark& b) { return a.line < b.line; });
    kept_.resize(std::min(kept_.size(), AclLint::kMaxNamed));
  }

  std::vector<AclRemark> kept_;
};

// Each entry once, where it stands first; sorted.
class Places {
public:
  Places(const AclText& text, Remarks& duplicates) {
    places_.reserve(text.entries.size());
    for (std::size_t i = 0; i < text.entries.size(); ++i) {
      const AclEntry& entry = text.entries[i];
      places_.push_back({entry, text.lines[i]});
      has_[entry.denial ? 1 : 0][entry.digits] = true;
    }
    std::sort(places_.begin(), places_.end());
    std::size_t kept = 0;
    for (const Placed& place : places_) {
      if (kept != 0 && places_[kept - 1].entry == place.entry)
        duplicates.add({place.entry, place.line, place.entry, places_[kept - 1].line});
      else
        places_[kept++] = place;
    }
    places_.resize(kept);
  }

  [[nodiscard]] const std::vector<Placed>& all() const noexcept { return places_; }

  // The entry of a side that covers this one with so many digits.
  [[nodiscard]] const Placed* find(const AclEntry& entry, unsigned digits, bool denial) const {
    if (!has_[denial ? 1 : 0][digits]) return nullptr;
    const AclEntry wanted{entry.prefix >> (4 * (entry.digits - digits)),
                          static_cast<std::uint8_t>(digits), denial};
    const auto at = std::lower_bound(places_.begin(), places_.end(), Placed{wanted, 0});
    return at != places_.end() && at->entry == wanted ? &*at : nullptr;
  }

private:
  std::vector<Placed> places_;
  std::array<std::array<bool, 13>, 2> has_{}; // by side and number of digits
};

// What makes an entry needless. A denial comes first: it turns the entry around.
const Placed* cause_of(const AclEntry& entry, const Places& places) {
  const unsigned own_digits = entry.digits;
  for (unsigned digits = 0; digits < own_digits + (entry.denial ? 0 : 1); ++digits)
    if (const Placed* cause = places.find(entry, digits, true)) return cause;
  if (entry.denial) return nullptr;
  for (unsigned digits = 0; digits < own_digits; ++digits)
    if (const Placed* cause = places.find(entry, digits, false)) return cause;
  return nullptr;
}

std::string at(const std::string& file, std::size_t line) {
  return "  " + file + ':' + std::to_string(line) + ": ";
}

void print_rest(std::uint64_t count, std::size_t shown, std::string_view what, Console& console) {
  if (count > shown)
    console.print("  and " + std::to_string(count - shown) + " more " + std::string(what));
}

} // namespace

AclLint lint_acl(const AclText& text) {
  Remarks duplicates;
  Remarks superfluous;
  const Places places(text, duplicates);
  for (const Placed& place : places.all())
    if (const Placed* cause = cause_of(place.entry, places))
      superfluous.add({place.entry, place.line, cause->entry, cause->line});
  return {duplicates.take(), superfluous.take()};
}

void print_errors(const std::string& file, const AclText& text, Console& console) {
  for (const Diagnostic& error : text.errors)
    console.print(file + ':' + std::to_string(error.line) + ':' + std::to_string(error.column) +
                  ": " + error.text);
  print_rest(text.error_count, text.errors.size(), "errors", console);
  console.print(file + ": invalid: " + counted(text.error_count, "error", "errors"));
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
