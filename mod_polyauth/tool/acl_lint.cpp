// SPDX-License-Identifier: Apache-2.0
#include "tool/acl_lint.hpp"

#include <algorithm>
#include <optional>

namespace polyauth::tool {

namespace {

struct Placed {
  AclEntry entry;
  std::size_t line;
  friend auto operator<=>(const Placed&, const Placed&) = default;
};

// Each entry once, where it stands first; sorted.
class Places {
public:
  Places(const AclText& text, std::vector<AclRemark>& duplicates) {
    for (std::size_t i = 0; i < text.entries.size(); ++i)
      places_.push_back({text.entries[i], text.lines[i]});
    std::sort(places_.begin(), places_.end());
    std::size_t kept = 0;
    for (const Placed& place : places_) {
      if (kept != 0 && places_[kept - 1].entry == place.entry)
        duplicates.push_back({place.entry, place.line, place.entry, places_[kept - 1].line});
      else
        places_[kept++] = place;
    }
    places_.resize(kept);
  }

  [[nodiscard]] const std::vector<Placed>& all() const noexcept { return places_; }

  // The entry of a side that covers this one with so many digits.
  [[nodiscard]] const Placed* find(const AclEntry& entry, unsigned digits, bool denial) const {
    const AclEntry wanted{entry.prefix >> (4 * (entry.digits - digits)),
                          static_cast<std::uint8_t>(digits), denial};
    const auto at = std::lower_bound(places_.begin(), places_.end(), Placed{wanted, 0});
    return at != places_.end() && at->entry == wanted ? &*at : nullptr;
  }

private:
  std::vector<Placed> places_;
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

bool by_line(const AclRemark& a, const AclRemark& b) noexcept { return a.line < b.line; }

} // namespace

AclLint lint_acl(const AclText& text) {
  AclLint lint;
  const Places places(text, lint.duplicates);
  for (const Placed& place : places.all())
    if (const Placed* cause = cause_of(place.entry, places))
      lint.superfluous.push_back({place.entry, place.line, cause->entry, cause->line});
  std::sort(lint.duplicates.begin(), lint.duplicates.end(), by_line);
  std::sort(lint.superfluous.begin(), lint.superfluous.end(), by_line);
  return lint;
}

} // namespace polyauth::tool
