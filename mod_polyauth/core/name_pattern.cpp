// SPDX-License-Identifier: Apache-2.0
#include "core/name_pattern.hpp"

#include "core/ascii.hpp"

#include <string>

namespace polyauth {

namespace {

constexpr std::string_view kDeviceToken = "{mac}";
constexpr std::size_t kNoMatch = static_cast<std::size_t>(-1);

std::size_t index_of(char c) noexcept { return static_cast<unsigned char>(c); }

Error at_column(std::string_view pattern, std::size_t offset, std::string_view what) {
  return {"\"" + std::string(pattern) + "\", column " + std::to_string(offset + 1) + ": " +
          std::string(what)};
}

// Reads the set that begins after '[' at `at`; leaves `at` behind its ']'.
Result<std::bitset<256>> parse_set(std::string_view text, std::size_t& at) {
  const std::size_t open = at - 1;
  std::bitset<256> set;
  const bool complement = at < text.size() && (text[at] == '!' || text[at] == '^');
  if (complement) ++at;
  for (bool first = true; at < text.size() && (first || text[at] != ']'); first = false) {
    if (text[at] == '\\' && ++at == text.size()) break;
    const std::size_t low = index_of(text[at++]);
    std::size_t high = low;
    if (at + 1 < text.size() && text[at] == '-' && text[at + 1] != ']') {
      ++at;
      if (text[at] == '\\' && ++at == text.size()) break;
      high = index_of(text[at++]);
      if (high < low) return at_column(text, at - 1, "the range runs backwards");
    }
    for (std::size_t byte = low; byte <= high; ++byte) set.set(byte);
  }
  if (at >= text.size())
    return at_column(text, open, "'[' without its ']'; write [[] for the character");
  ++at;
  return complement ? ~set : set;
}

} // namespace

Result<NamePattern> NamePattern::parse(std::string_view text, Case letter_case, Token token) {
  using Kind = Element::Kind;
  if (text.empty()) return Error{"an empty pattern matches no file name"};
  NamePattern pattern;
  pattern.case_ = letter_case;
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '/')
      return at_column(text, at, "'/' cannot match: a pattern is held against the file name alone");
    if (token == Token::kDevice && text.substr(at, kDeviceToken.size()) == kDeviceToken) {
      pattern.elements_.push_back({Kind::kDevice});
      at += kDeviceToken.size();
      continue;
    }
    if (c == '{' || c == '}')
      return at_column(text, at,
                       token == Token::kDevice
                           ? "only {mac} may stand in braces; write [{] for the character"
                           : "braces mean nothing here, {mac} is for PolyAuthUploads; write "
                             "[{] for the character");
    ++at;
    switch (c) {
    case '*': pattern.elements_.push_back({Kind::kAnyBytes}); break;
    case '?': pattern.elements_.push_back({Kind::kAnyByte}); break;
    case '[': {
      auto set = parse_set(text, at);
      if (!set) return Error{set.error()};
      pattern.elements_.push_back(
          {Kind::kSet, 0, static_cast<std::uint16_t>(pattern.sets_.size())});
      pattern.sets_.push_back(*set);
      break;
    }
    case '\\':
      if (at == text.size())
        return at_column(text, at - 1, "a backslash at the end takes nothing; remove it");
      pattern.elements_.push_back({Kind::kLiteral, text[at++]});
      break;
    default: pattern.elements_.push_back({Kind::kLiteral, c}); break;
    }
  }
  return pattern;
}

// Where the name goes on after `element` has matched at `at`, or kNoMatch.
std::size_t NamePattern::step(const Element& element, std::string_view name, std::size_t at,
                              const NameMask& spelled,
                              const std::optional<MacAddress>& device) const noexcept {
  using Kind = Element::Kind;
  if (element.kind == Kind::kDevice) {
    if (!device) return kNoMatch;
    for (const std::size_t length : {12U, 14U, 17U})
      if (name.size() - at >= length && MacAddress::parse(name.substr(at, length)) == device)
        return at + length;
    return kNoMatch;
  }
  if (at == name.size()) return kNoMatch;
  const char c = name[at];
  bool same = false;
  switch (element.kind) {
  case Kind::kLiteral:
    same = c == element.literal ||
           (case_ == Case::kIgnored && ascii::to_lower(c) == ascii::to_lower(element.literal));
    break;
  case Kind::kAnyByte: same = !spelled[at]; break;
  case Kind::kSet: same = !spelled[at] && sets_[element.set][index_of(c)]; break;
  case Kind::kAnyBytes:
  case Kind::kDevice: break;
  }
  return same ? at + 1 : kNoMatch;
}

bool NamePattern::matches(std::string_view name, const NameMask& spelled,
                          const std::optional<MacAddress>& device) const noexcept {
  if (name.size() >= spelled.size()) return false;
  std::size_t at = 0;
  std::size_t element = 0;
  // Where to go on when a byte does not match: the last '*' takes one more.
  // Each earlier one has taken the fewest bytes it can. Only a byte that must be
  // spelled out could make it worth trying more, and then the answer is no.
  std::size_t retry_at = kNoMatch;
  std::size_t retry_element = 0;
  while (true) {
    if (element < elements_.size() && elements_[element].kind == Element::Kind::kAnyBytes) {
      retry_element = ++element;
      retry_at = at;
      continue;
    }
    if (element == elements_.size() && at == name.size()) return true;
    if (element < elements_.size()) {
      const std::size_t next = step(elements_[element], name, at, spelled, device);
      if (next != kNoMatch) {
        at = next;
        ++element;
        continue;
      }
    }
    if (retry_at == kNoMatch || retry_at == name.size() || spelled[retry_at]) return false;
    at = ++retry_at;
    element = retry_element;
  }
}

} // namespace polyauth
