// SPDX-License-Identifier: Apache-2.0
// What a phone is told is the template with its placeholders replaced, and no value can
// become markup. First line: the value of every placeholder; the rest: the template.
#include "core/markup_text.hpp"
#include "core/onboarding_template.hpp"
#include "fuzz/property.hpp"

#include <algorithm>
#include <string>

using namespace polyauth;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  const std::string_view value = fuzz::take_line(text);
  const auto parsed = OnboardingTemplate::parse(text);
  if (const auto* const error = std::get_if<Diagnostic>(&parsed)) {
    require(!error->text.empty() && error->line > 0 && error->column > 0, "a refusal has a place");
    require(text.find('{') != std::string_view::npos, "without a brace every text is a template");
    return 0;
  }
  const auto& found = std::get<OnboardingTemplate>(parsed);
  const auto rendered = found.render({value, value, value, value});
  const auto count = [](std::string_view where, char c) {
    return std::count(where.begin(), where.end(), c);
  };
  for (const char c : {'<', '>', '"', '\''})
    require(count(rendered, c) == count(text, c), "no value becomes markup");

  std::string escaped;
  append_escaped(escaped, value);
  std::string expected(text);
  std::size_t at = 0;
  while ((at = expected.find('{', at)) != std::string::npos) {
    expected.replace(at, expected.find('}', at) + 1 - at, escaped);
    at += escaped.size();
  }
  require(rendered == expected, "each placeholder is replaced, once, and nothing else");
  return 0;
}
