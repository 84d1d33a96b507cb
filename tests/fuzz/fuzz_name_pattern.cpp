// SPDX-License-Identifier: Apache-2.0
// A pattern matches what an exhaustive reading of it matches; with bytes that
// must be spelled out it may miss a match and never invents one. First line:
// the pattern; second: the name; third: 'x' where a byte must be spelled out.
#include "core/file_lists.hpp"
#include "core/mac_scan.hpp"
#include "core/name_pattern.hpp"
#include "fuzz/property.hpp"

#include <string>
#include <vector>

using namespace polyauth;
using fuzz::require;

namespace {

// '*', '?' and literals by dynamic programming: reach[i] tells whether the
// pattern so far matches the first i bytes.
bool matches_exhaustively(std::string_view pattern, std::string_view name,
                          const NameMask& spelled) {
  std::vector<char> reach(name.size() + 1, 0);
  reach[0] = 1;
  for (const char c : pattern) {
    std::vector<char> next(name.size() + 1, 0);
    for (std::size_t i = 0; i <= name.size(); ++i) {
      if (c == '*') {
        next[i] = reach[i] != 0 || (i > 0 && next[i - 1] != 0 && !spelled[i - 1]);
      } else if (i > 0 && reach[i - 1] != 0) {
        next[i] = c == '?' ? !spelled[i - 1] : c == name[i - 1];
      }
    }
    reach = next;
  }
  return reach.back() != 0;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr MacAddress kOwn(0x0004f2aabbcc);
  std::string_view rest = fuzz::text_of(data, size);
  const std::string_view text = fuzz::take_line(rest);
  const std::string_view name = fuzz::take_line(rest);
  NameMask spelled;
  for (std::size_t i = 0; i < rest.size() && i < spelled.size(); ++i)
    spelled.set(i, rest[i] == 'x');

  using Case = NamePattern::Case;
  using Token = NamePattern::Token;
  const auto pattern = NamePattern::parse(text, Case::kExact, Token::kNone);
  if (!pattern) {
    require(!pattern.error().empty(), "a refusal says why");
    return 0;
  }
  const bool masked = pattern->matches(name, spelled, kOwn);
  const bool plain = pattern->matches(name, NameMask(), kOwn);
  require(!masked || plain, "bytes to be spelled out never make a pattern match more");
  require(plain == pattern->matches(name, NameMask(), std::nullopt),
          "without the token a device makes no difference");
  if (name.size() >= spelled.size()) {
    require(!plain, "a name too long for a file system matches nothing");
  } else if (text.find_first_of("[\\") == std::string_view::npos) {
    require(plain == matches_exhaustively(text, name, NameMask()),
            "the match is the exhaustive one");
    require(!masked || matches_exhaustively(text, name, spelled), "a masked match is no invention");
  }
  const auto relaxed = NamePattern::parse(text, Case::kIgnored, Token::kNone);
  require(relaxed && (!plain || relaxed->matches(name, NameMask(), kOwn)),
          "what matches in this case matches in any");

  const std::string_view words[] = {text};
  const auto shared = SharedFiles::parse(words);
  const auto sighting = next_mac(name, 0, kOwn);
  if (shared && sighting && shared->contains(name, kOwn)) {
    require(!find_macs(name, kOwn).own, "a name with the own MAC is not shared");
    require(sighting->address.is_placeholder() ||
                text.find_first_of("0123456789abcdefABCDEF") != std::string_view::npos,
            "a pattern without digits shares no MAC");
  }
  return 0;
}
