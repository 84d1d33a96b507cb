// SPDX-License-Identifier: Apache-2.0
#include "core/credential_line.hpp"

#include "core/ascii.hpp"
#include "core/text_lines.hpp"

#include <algorithm>
#include <array>

namespace polyauth {

namespace {

// Reads one option after another into what the caller has.
class OptionReader {
public:
  OptionReader(LabelOption label, CredentialOptions& options) : label_(label), options_(options) {}

  std::optional<LineProblem> read(std::string_view word, std::size_t at) {
    const std::size_t equals = word.find('=');
    const std::string_view key = word.substr(0, equals);
    const auto* const known = std::find(kKeys.begin(), kKeys.end(), key);
    if (equals == std::string_view::npos || known == kKeys.end() ||
        (*known == kLabel && label_ == LabelOption::kRefused))
      // Not quoted: it may be a password in clear, or a piece of a secret.
      return LineProblem{at, std::string("this is no option; accepted are ") +
                                 (label_ == LabelOption::kAccepted ? "label=, " : "") +
                                 "from= and until=, each at most once"};
    bool& seen = seen_[static_cast<std::size_t>(known - kKeys.begin())];
    if (seen) return LineProblem{at, std::string(key) + "= stands there twice"};
    seen = true;
    const std::size_t value_at = at + equals + 1;
    const std::string_view value = word.substr(equals + 1);
    if (value.empty()) return LineProblem{value_at, std::string(key) + "= says nothing"};
    return *known == kLabel ? take_label(value, value_at) : take_time(*known, value, value_at);
  }

private:
  static constexpr std::string_view kLabel = "label";
  static constexpr std::string_view kFrom = "from";
  static constexpr std::array kKeys = {kLabel, kFrom, std::string_view("until")};

  std::optional<LineProblem> take_label(std::string_view value, std::size_t at) {
    if (!is_label(value))
      return LineProblem{at, quoted(value) + " is no label; accepted are " +
                                 std::string(kLabelAccepted)};
    options_.label = value;
    return std::nullopt;
  }

  std::optional<LineProblem> take_time(std::string_view key, std::string_view value,
                                       std::size_t at) {
    const bool is_from = key == kFrom;
    const auto time = parse_utc(value, is_from ? DateMeans::kItsBegin : DateMeans::kItsEnd);
    if (!time) return LineProblem{at, quoted(value) + ' ' + time.error()};
    (is_from ? options_.window.from : options_.window.until) = *time;
    if (options_.window.from >= options_.window.until)
      return LineProblem{at, "until= is not after from=: the window never opens"};
    return std::nullopt;
  }

  LabelOption label_;
  CredentialOptions& options_;
  std::array<bool, kKeys.size()> seen_{};
};

} // namespace

bool is_label(std::string_view text) noexcept {
  const auto accepted = [](char c) {
    return ascii::is_alnum(c) || c == '.' || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kMaxLabelBytes &&
         std::all_of(text.begin(), text.end(), accepted);
}

std::optional<LineProblem> parse_options(std::string_view text, LabelOption label,
                                         CredentialOptions& options) {
  OptionReader reader(label, options);
  for (std::size_t at = 0; (at = text.find_first_not_of(" \t", at)) != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
    if (auto problem = reader.read(text.substr(at, end - at), at)) return problem;
    at = end;
  }
  return std::nullopt;
}

} // namespace polyauth
