// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mac_address.hpp"
#include "core/result.hpp"

#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace polyauth {

// Marks the bytes of a file name that a pattern must spell out. Names longer
// than a file system can hold (NAME_MAX, 255 bytes) match nothing.
using NameMask = std::bitset<256>;

// A pattern for one file name, in the manner of fnmatch(3): '*' any bytes, '?'
// one byte, '[...]' a set with ranges and '!' or '^' for its complement, '\'
// takes the next byte literally. With kDeviceToken, "{mac}" stands for the
// device's address in any of the four spellings and either case.
class NamePattern {
public:
  // kIgnored concerns the letters of the pattern, not its sets.
  enum class Case : std::uint8_t { kExact, kIgnored };
  enum class Token : std::uint8_t { kNone, kDevice };

  // Errors: empty, a '/', an unclosed '[', a '\' at the end, a reversed range.
  static Result<NamePattern> parse(std::string_view text, Case letter_case, Token token);

  // Whether the whole name matches. A byte that `spelled` marks is matched by
  // a literal of the pattern only. Without `device` a "{mac}" matches nothing.
  [[nodiscard]] bool matches(std::string_view name, const NameMask& spelled,
                             const std::optional<MacAddress>& device) const noexcept;

private:
  struct Element {
    enum class Kind : std::uint8_t { kLiteral, kAnyByte, kAnyBytes, kSet, kDevice } kind;
    char literal = 0;
    std::uint16_t set = 0; // index into sets_
  };
  NamePattern() = default;
  [[nodiscard]] std::size_t step(const Element& element, std::string_view name, std::size_t at,
                                 const NameMask& spelled,
                                 const std::optional<MacAddress>& device) const noexcept;

  std::vector<Element> elements_;
  std::vector<std::bitset<256>> sets_;
  Case case_ = Case::kExact;
};

} // namespace polyauth
