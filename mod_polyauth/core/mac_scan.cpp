// SPDX-License-Identifier: Apache-2.0
#include "core/mac_scan.hpp"

#include "core/ascii.hpp"

#include <algorithm>

namespace polyauth {

namespace {

constexpr std::size_t kDigits = 12;

// A maximal run of hex digits.
struct Run {
  std::size_t begin;
  std::size_t end;
  std::uint64_t bits; // of its last sixteen digits
  [[nodiscard]] std::size_t size() const noexcept { return end - begin; }
};

// Precondition: a hex digit stands at `begin`.
Run run_at(std::string_view text, std::size_t begin) noexcept {
  const char* at = text.data() + begin;
  const char* const end = text.data() + text.size();
  std::uint64_t bits = 0;
  do {
    const std::uint8_t value = ascii::hex_value(*at);
    if (value == 0xff) break;
    bits = bits << 4 | value;
  } while (++at != end);
  return {begin, static_cast<std::size_t>(at - text.data()), bits};
}

bool is_word_letter(char c) noexcept { return ascii::is_letter(c) && !ascii::is_hex(c); }

std::size_t run_end(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && ascii::is_hex(text[at])) ++at;
  return at;
}

// Letters at the start of the run that continue a word before it.
std::size_t leading_letters(std::string_view text, const Run& run) noexcept {
  if (run.begin == 0 || !is_word_letter(text[run.begin - 1])) return 0;
  std::size_t at = run.begin;
  while (at < run.end && ascii::is_letter(text[at])) ++at;
  return at - run.begin;
}

// Letters at the end of the run that begin a word after it.
std::size_t trailing_letters(std::string_view text, const Run& run) noexcept {
  if (run.end == text.size() || !is_word_letter(text[run.end])) return 0;
  std::size_t at = run.end;
  while (at > run.begin && ascii::is_letter(text[at - 1])) --at;
  return run.end - at;
}

// Whether exactly `size` hex digits stand between non-alphanumeric bytes at `at`.
bool is_lone_group(std::string_view text, std::size_t at, std::size_t size) noexcept {
  if (at > text.size() || text.size() - at < size) return false;
  if (at > 0 && ascii::is_alnum(text[at - 1])) return false;
  if (at + size < text.size() && ascii::is_alnum(text[at + size])) return false;
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at),
                     text.begin() + static_cast<std::ptrdiff_t>(at + size), ascii::is_hex);
}

// Whether the run of twelve is the last group of a UUID (8-4-4-4-12).
bool ends_uuid(std::string_view text, const Run& run) noexcept {
  constexpr std::size_t kBefore = 24; // "hhhhhhhh-hhhh-hhhh-hhhh-"
  if (run.begin < kBefore) return false;
  const std::size_t start = run.begin - kBefore;
  if (start > 0 && ascii::is_hex(text[start - 1])) return false;
  for (std::size_t i = 0; i < kBefore; ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[start + i];
    if (hyphen ? c != '-' : !ascii::is_hex(c)) return false;
  }
  return true;
}

// Twelve digits of a longer run, once word letters are taken off.
std::optional<MacSpelling> read_longer(std::string_view text, const Run& run,
                                       const std::optional<MacAddress>& own) noexcept {
  const std::size_t excess = run.size() - kDigits;
  const std::size_t lead = leading_letters(text, run);
  const std::size_t trail = trailing_letters(text, run);
  if (lead + trail < excess) return std::nullopt;
  const std::size_t first = excess > trail ? excess - trail : 0;
  const std::size_t last = std::min(lead, excess);
  MacSpelling sighting{run.begin + first, run.begin + first + kDigits,
                       *MacAddress::from_digits(text.substr(run.begin + first)), first != last};
  for (std::size_t off = first + 1; own && sighting.address != *own && off <= last; ++off) {
    const MacAddress address = *MacAddress::from_digits(text.substr(run.begin + off));
    if (address == *own) sighting = {run.begin + off, run.begin + off + kDigits, address, true};
  }
  return sighting;
}

// Groups of `group` digits joined by `separator`; `run` is the run that ends
// with the first group.
std::optional<MacSpelling> read_separated(std::string_view text, const Run& run, std::size_t group,
                                          char separator) noexcept {
  const std::size_t begin = run.end - group;
  const std::size_t length = kDigits + kDigits / group - 1;
  if (text.size() - begin < length) return std::nullopt;
  const auto address = MacAddress::parse(text.substr(begin, length));
  if (!address || text[begin + group] != separator) return std::nullopt;
  const std::size_t end = begin + length;
  // Digits that touch it must be letters of a word beside it.
  if (begin - run.begin > leading_letters(text, run)) return std::nullopt;
  const Run last = run_at(text, end - group);
  if (last.end - end > trailing_letters(text, last)) return std::nullopt;
  const bool before = begin == run.begin && begin > group && text[begin - 1] == separator &&
                      is_lone_group(text, begin - 1 - group, group);
  const bool after =
      end < text.size() && text[end] == separator && is_lone_group(text, end + 1, group);
  if (before || after) return std::nullopt;
  return MacSpelling{begin, end, *address, false};
}

// Whatever is not twelve digits by themselves.
std::optional<MacSpelling> read_other(std::string_view text, const Run& run,
                                      const std::optional<MacAddress>& own) noexcept {
  if (run.size() > kDigits)
    if (const auto sighting = read_longer(text, run, own)) return sighting;
  const char next = run.end < text.size() ? text[run.end] : '\0';
  if ((next == '-' || next == ':') && run.size() >= 2) return read_separated(text, run, 2, next);
  if (next == '.' && run.size() >= 4) return read_separated(text, run, 4, next);
  return std::nullopt;
}

// Hands each address at or after `from` to `seen`, until it returns false.
template <typename Seen>
void visit_macs(std::string_view text, std::size_t from, const std::optional<MacAddress>& own,
                Seen&& seen) noexcept {
  // What is left of a run that was read already is letters of a word.
  std::size_t at = from > 0 && ascii::is_hex(text[from - 1]) ? run_end(text, from) : from;
  // No address is spelled with fewer bytes than it has digits.
  while (text.size() - at >= kDigits) {
    // Nearly every byte of nearly every request ends here.
    if (!ascii::is_hex(text[at])) {
      ++at;
      continue;
    }
    const Run run = run_at(text, at);
    at = run.end;
    MacSpelling sighting{run.begin, run.end, MacAddress(run.bits), false};
    // Nearly every address is twelve digits by themselves.
    if (run.size() != kDigits || ends_uuid(text, run)) {
      const auto other = read_other(text, run, own);
      if (!other) continue;
      sighting = *other;
      // The rest of a run that was read already is letters of a word.
      at = run_end(text, sighting.end);
    }
    if (!seen(sighting)) return;
  }
}

} // namespace

std::optional<MacSpelling> next_mac(std::string_view text, std::size_t from,
                                    const std::optional<MacAddress>& own) noexcept {
  std::optional<MacSpelling> found;
  visit_macs(text, from, own, [&](const MacSpelling& sighting) {
    found = sighting;
    return false;
  });
  return found;
}

MacsInText find_macs(std::string_view text, const MacAddress& own) noexcept {
  MacsInText found;
  visit_macs(text, 0, own, [&](const MacSpelling& sighting) {
    if (sighting.address == own && !own.is_placeholder()) {
      found.own = true;
      found.own_at = sighting.begin;
    } else if (!found.foreign) {
      found.foreign = sighting.address;
    }
    return true;
  });
  return found;
}

} // namespace polyauth
