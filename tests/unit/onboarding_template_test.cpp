// SPDX-License-Identifier: Apache-2.0
#include "core/onboarding_template.hpp"
#include "support/catch.hpp"

using polyauth::Diagnostic;
using polyauth::OnboardingTemplate;

namespace {

constexpr OnboardingTemplate::Values kValues = {"0004f2aabbcc", "fleet", "p<>&\"'w",
                                                "https://prov.example.net/p?a=1&b=2"};

OnboardingTemplate parse(std::string_view text) {
  auto parsed = OnboardingTemplate::parse(text);
  REQUIRE(std::holds_alternative<OnboardingTemplate>(parsed));
  return std::get<OnboardingTemplate>(std::move(parsed));
}

} // namespace

TEST_CASE("placeholders are replaced and everything else stays", "[onboarding]") {
  CHECK(parse("").render(kValues).empty());
  CHECK(parse("<a/>\n").render(kValues) == "<a/>\n");
  CHECK(parse("{mac}").render(kValues) == "0004f2aabbcc");
  CHECK(parse("{mac}{user}").render(kValues) == "0004f2aabbccfleet");
  CHECK(parse("<a b='{user}'>}</a>").render(kValues) == "<a b='fleet'>}</a>");
}

TEST_CASE("values are escaped for content and for both kinds of attribute", "[onboarding]") {
  CHECK(parse("{password}").render(kValues) == "p&lt;&gt;&amp;&quot;&#39;w");
  CHECK(parse("\"{server}\"").render(kValues) == "\"https://prov.example.net/p?a=1&amp;b=2\"");
}

TEST_CASE("a value that looks like a placeholder is not replaced again", "[onboarding]") {
  CHECK(parse("{user}").render({"m", "{password}", "secret", "s"}) == "{password}");
}

TEST_CASE("a template knows which placeholders it uses", "[onboarding]") {
  const auto text = parse("{mac} {server}");
  CHECK(text.uses(OnboardingTemplate::Placeholder::kMac));
  CHECK(text.uses(OnboardingTemplate::Placeholder::kServer));
  CHECK_FALSE(text.uses(OnboardingTemplate::Placeholder::kUser));
  CHECK_FALSE(text.uses(OnboardingTemplate::Placeholder::kPassword));
}

TEST_CASE("an unknown placeholder is told with its place", "[onboarding]") {
  struct Case {
    std::string_view text;
    std::size_t line;
    std::size_t column;
    std::string_view seen;
  };
  const auto bad = GENERATE(
      Case{"{Mac}", 1, 1, "\"{Mac}\""}, Case{"<a>\n  b=\"{serial}\"", 2, 6, "\"{serial}\""},
      Case{"{mac} { mac }", 1, 7, "\"{ mac }\""}, Case{"{mac", 1, 1, "\"{mac\""},
      Case{"\n\n{", 3, 1, "\"{\""}, Case{"{{mac}}", 1, 1, "\"{{mac}\""},
      Case{"{pass\nword}", 1, 1, "\"{pass\""});
  CAPTURE(bad.text);
  const auto parsed = OnboardingTemplate::parse(bad.text);
  REQUIRE(std::holds_alternative<Diagnostic>(parsed));
  const auto& diagnostic = std::get<Diagnostic>(parsed);
  CHECK(diagnostic.line == bad.line);
  CHECK(diagnostic.column == bad.column);
  CHECK(diagnostic.text == std::string(bad.seen) +
                               " is no placeholder; accepted are {mac}, {user}, {password} and "
                               "{server}, and &#123; for a brace");
}

TEST_CASE("what is quoted of a template is short", "[onboarding]") {
  const auto parsed = OnboardingTemplate::parse("{" + std::string(5000, 'x') + "}");
  REQUIRE(std::holds_alternative<Diagnostic>(parsed));
  CHECK(std::get<Diagnostic>(parsed).text.size() < 200);
}
