// SPDX-License-Identifier: Apache-2.0
#include "core/file_lists.hpp"

#include "core/ascii.hpp"
#include "core/mac_scan.hpp"

#include <algorithm>
#include <string>

namespace polyauth {

namespace {

// What Poly phones share: the default master file and its companions,
// firmware, its version, languages, sounds and pictures.
constexpr std::string_view kPolyShared[] = {
    "000000000000.cfg",
    "000000000000-*.cfg",
    "000000000000-*.xml",
    "*.ld",
    "sip.ver",
    "*-dictionary.xml",
    "*_dictionary_language_*.xml",
    "*.wav",
    "*.jpg",
    "*.png",
    "*.bmp",
};

// What Poly phones store: logs, the overrides made on the phone and on its web
// page, contacts, call lists and core files. Never the configuration itself.
constexpr std::string_view kPolyUploads[] = {
    "{mac}-*.log",         "{mac}-phone.cfg", "{mac}-web.cfg",
    "{mac}-directory.xml", "{mac}-calls.xml", "{mac}-*.tar.gz",
};

// Whether the keyword is one of several things in this word: "poly,a.cfg", "poly a.cfg".
bool lists(std::string_view word, std::string_view keyword) noexcept {
  constexpr std::string_view kSeparators = " \t,;";
  if (word.find_first_of(kSeparators) == std::string_view::npos) return false;
  while (!word.empty()) {
    const std::string_view part = word.substr(0, word.find_first_of(kSeparators));
    if (ascii::equal_ignoring_case(part, keyword)) return true;
    word.remove_prefix(std::min(part.size() + 1, word.size()));
  }
  return false;
}

// Refuses a keyword where it means nothing, and one in another case or joined to others: taken
// for a pattern it would change nothing without a word.
Result<bool> refuse_keyword(std::string_view word, NamePattern::Token token) {
  const std::string seen = "\"" + std::string(word) + "\" ";
  for (const std::string_view keyword : {"none", "any", "poly"}) {
    if (lists(word, keyword))
      return Error{seen + "is one pattern; write blanks between the words, and no quotes around "
                          "them"};
    if (!ascii::equal_ignoring_case(word, keyword)) continue;
    if (keyword == "any" && token == NamePattern::Token::kNone)
      return Error{seen + "is not accepted; accepted are none, poly and patterns"};
    if (word != keyword) return Error{seen + "is not accepted; write " + std::string(keyword)};
    if (keyword != "poly") return Error{seen + "stands alone or not at all"};
  }
  return true;
}

Result<std::vector<NamePattern>> parse_patterns(std::span<const std::string_view> words,
                                                std::span<const std::string_view> poly,
                                                NamePattern::Token token) {
  std::vector<NamePattern> patterns;
  const auto add = [&](std::string_view text, NamePattern::Case letter_case) -> Result<bool> {
    auto pattern = NamePattern::parse(text, letter_case, token);
    if (!pattern) return Error{pattern.error()};
    patterns.push_back(std::move(*pattern));
    return true;
  };
  for (const std::string_view word : words) {
    if (auto misused = refuse_keyword(word, token); !misused) return Error{misused.error()};
    if (word == "poly") {
      for (const std::string_view text : poly)
        if (auto added = add(text, NamePattern::Case::kIgnored); !added)
          return Error{added.error()};
    } else if (auto added = add(word, NamePattern::Case::kExact); !added) {
      return Error{added.error()};
    }
  }
  return patterns;
}

bool stands_alone(std::span<const std::string_view> words, std::string_view word) noexcept {
  return words.size() == 1 && words[0] == word;
}

// The digits that a pattern must spell out to share the name.
NameMask digits_to_spell(std::string_view name, const std::optional<MacAddress>& own) noexcept {
  constexpr std::size_t kAddressDigits = 12;
  constexpr std::size_t kPlaceholderZeros = 10;
  NameMask mask;
  for (std::size_t at = 0; at < name.size();) {
    std::size_t end = at;
    while (end < name.size() && ascii::is_hex(name[end])) ++end;
    if (end - at >= kAddressDigits)
      for (std::size_t i = at; i < end; ++i) mask.set(i);
    at = std::max(end, at + 1);
  }
  std::size_t from = 0;
  while (const auto sighting = next_mac(name, from, own)) {
    from = sighting->end;
    std::size_t digits = 0;
    for (std::size_t i = sighting->begin; i < sighting->end; ++i) {
      if (!ascii::is_hex(name[i])) continue;
      ++digits;
      mask.set(i, !(sighting->address.is_placeholder() && digits > kPlaceholderZeros));
    }
  }
  return mask;
}

} // namespace

Result<SharedFiles> SharedFiles::parse(std::span<const std::string_view> words) {
  SharedFiles files;
  if (words.empty()) return Error{"needs none, poly or patterns"};
  if (stands_alone(words, "none")) return files;
  auto patterns = parse_patterns(words, kPolyShared, NamePattern::Token::kNone);
  if (!patterns) return Error{patterns.error()};
  files.patterns_ = std::move(*patterns);
  return files;
}

bool SharedFiles::contains(std::string_view name, const MacAddress& own) const noexcept {
  if (patterns_.empty() || name.empty() || name.size() >= NameMask().size()) return false;
  if (find_macs(name, own).own) return false;
  const NameMask spelled = digits_to_spell(name, own);
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const NamePattern& pattern) {
    return pattern.matches(name, spelled, std::nullopt);
  });
}

Result<Uploads> Uploads::parse(std::span<const std::string_view> words) {
  Uploads uploads;
  if (words.empty()) return Error{"needs none, any, poly or patterns"};
  if (stands_alone(words, "none")) return uploads;
  if (stands_alone(words, "any")) {
    uploads.any_ = true;
    return uploads;
  }
  auto patterns = parse_patterns(words, kPolyUploads, NamePattern::Token::kDevice);
  if (!patterns) return Error{patterns.error()};
  uploads.patterns_ = std::move(*patterns);
  return uploads;
}

bool Uploads::contains(std::string_view name, const MacAddress& own) const noexcept {
  if (name.empty() || name.front() == '.') return false;
  if (any_) return true;
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const NamePattern& pattern) {
    return pattern.matches(name, NameMask(), own);
  });
}

} // namespace polyauth
