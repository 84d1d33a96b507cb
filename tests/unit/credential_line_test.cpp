// SPDX-License-Identifier: Apache-2.0
#include "core/credential_line.hpp"
#include "support/catch.hpp"

#include <tuple>

using namespace polyauth;

namespace {

CredentialOptions read(std::string_view text) {
  CredentialOptions options;
  if (const auto problem = parse_options(text, LabelOption::kAccepted, options))
    FAIL(text << ": " << problem->text);
  return options;
}

LineProblem problem_of(std::string_view text, LabelOption label = LabelOption::kAccepted) {
  CredentialOptions options;
  const auto problem = parse_options(text, label, options);
  if (!problem) FAIL(text << " is accepted");
  return *problem;
}

} // namespace

TEST_CASE("without options a credential always opens and has no label", "[credential]") {
  for (const auto* const text : {"", " ", " \t "}) {
    const CredentialOptions options = read(text);
    CHECK(options.label.empty());
    CHECK(options.window == Window{});
    CHECK(options.window.contains(Window::kAlways));
    CHECK(options.window.contains(0));
    CHECK(options.window.contains(Window::kNever - 1));
    CHECK_FALSE(options.window.is_over(Window::kNever - 1));
  }
}

TEST_CASE("options stand in any order, between blanks and tabs", "[credential]") {
  const auto* const text = GENERATE(" label=2026q4 from=1970-01-02 until=1970-01-03",
                                    "\tuntil=1970-01-03 \t from=1970-01-02\tlabel=2026q4 ");
  const CredentialOptions options = read(text);
  CHECK(options.label == "2026q4");
  CHECK(options.window == Window{86400, 3 * 86400});
}

TEST_CASE("a window holds its first second and not its last", "[credential]") {
  const Window window = read("from=1970-01-01T00:00:10Z until=1970-01-01T00:00:20Z").window;
  CHECK_FALSE(window.contains(9));
  CHECK(window.contains(10));
  CHECK(window.contains(19));
  CHECK_FALSE(window.contains(20));
  CHECK_FALSE(window.is_over(19));
  CHECK(window.is_over(20));
}

TEST_CASE("a window of one day holds all of it", "[credential]") {
  const Window window = read("from=1970-01-02 until=1970-01-02").window;
  CHECK_FALSE(window.contains(86399));
  CHECK(window.contains(86400));
  CHECK(window.contains(2 * 86400 - 1));
  CHECK_FALSE(window.contains(2 * 86400));
}

TEST_CASE("windows that only touch do not overlap", "[credential]") {
  const Window first = read("until=2026-06-30").window;
  CHECK_FALSE(first.overlaps(read("from=2026-07-01").window));
  CHECK(first.overlaps(read("from=2026-06-30").window));
  CHECK(first.overlaps(Window{}));
}

TEST_CASE("what is wrong with an option is told at its place", "[credential]") {
  const auto [text, at, start] = GENERATE(table<const char*, std::size_t, const char*>({
      {" # comment", 1, "this is no option; accepted are label=, from= and until="},
      {" lable=x", 1, "this is no option"},
      {" Label=x", 1, "this is no option"},
      {" label", 1, "this is no option"},
      {" label =x", 1, "this is no option"},
      {" =x", 1, "this is no option"},
      {" label=x\tlabel=x", 9, "label= stands there twice"},
      {" from=2026-01-01 from=2026-01-01", 17, "from= stands there twice"},
      {" until=2026-01-01 label=a until=2027-01-01", 26, "until= stands there twice"},
      {" label= from=2026-01-01", 7, "label= says nothing"},
      {" until=", 7, "until= says nothing"},
      {" label=a/b", 7, "\"a/b\" is no label; accepted are 1 to 64 letters"},
      {" label=\xc3\xa9", 7, "\"\\xc3\\xa9\" is no label"},
      {" from=2026-02-30", 6, "\"2026-02-30\" is a day that there is not"},
      {" from=2026-01-02 until=2026-01-01", 23, "until= is not after from="},
      {" until=2026-01-01 from=2026-01-02", 23, "until= is not after from="},
      {" from=2026-01-01T10:00:00Z until=2026-01-01T10:00:00Z", 33, "until= is not after from="},
  }));
  CAPTURE(text);
  const LineProblem problem = problem_of(text);
  CHECK(problem.at == at);
  CHECK(problem.text.starts_with(start));
}

TEST_CASE("where no label is asked for, none is accepted", "[credential]") {
  CHECK(problem_of("label=x", LabelOption::kRefused).text ==
        "this is no option; accepted are from= and until=, each at most once");
}

TEST_CASE("labels are letters, digits, dots, underscores and dashes, at most 64", "[credential]") {
  CHECK(is_label("2026-Q4_fleet.a"));
  CHECK(is_label(std::string(64, 'a')));
  CHECK_FALSE(is_label(std::string(65, 'a')));
  for (const auto* const text : {"", " ", "a b", "a,b", "a=b", "a:b", "a\"", "a\n", "\xc3\xa9"})
    CHECK_FALSE(is_label(text));
}
