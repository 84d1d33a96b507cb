// SPDX-License-Identifier: Apache-2.0
#include "core/acl_text.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <string>

using namespace polyauth;
using namespace std::string_literals;

namespace {

// The entries of a good text, as they are printed.
std::string entries_of(std::string_view text) {
  const AclText parsed = parse_acl(text);
  if (!parsed.errors.empty()) return "error: " + parsed.errors.front().text;
  std::string shown;
  for (const AclEntry& entry : parsed.entries)
    shown += (shown.empty() ? "" : " ") + entry.to_string();
  return shown;
}

// Every error as "line:column".
std::string places_of(std::string_view text) {
  std::string shown;
  for (const Diagnostic& error : parse_acl(text).errors)
    shown += (shown.empty() ? "" : " ") + std::to_string(error.line) + ":" +
             std::to_string(error.column);
  return shown;
}

} // namespace

TEST_CASE("each form of an entry is read", "[acl_text]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"0004f2aabbcc            # a device\n", "0004f2aabbcc"},
      {"00:04:F2:AA:BB:CC\n", "0004f2aabbcc"},
      {"00-04-f2-aa-bb-cc\n", "0004f2aabbcc"},
      {"0004.f2aa.bbcc\n", "0004f2aabbcc"},
      {"64167f*                 # a prefix\n", "64167f*"},
      {"6*\n", "6*"},
      {"64167F01020*\n", "64167f01020*"},
      {"*\n", "*"},
      {"*\n!0004f2aabb99           # denied, whatever else says\n", "* !0004f2aabb99"},
      {"*\n!00:04:f2:aa:bb:99\n!0004f2*\n", "* !0004f2aabb99 !0004f2*"},
      // lines and blanks
      {"0004f2aabbcc", "0004f2aabbcc"},
      {"0004f2aabbcc\r\n64167f*\r\n", "0004f2aabbcc 64167f*"},
      {"\xef\xbb\xbf"
       "0004f2aabbcc\n",
       "0004f2aabbcc"},
      {"\n \t\n# comment\n  # comment\n\t0004f2aabbcc \t\n\n", "0004f2aabbcc"},
      {"0004f2aabbcc#comment\n", "0004f2aabbcc"},
      {"0004f2aabbcc # Caf\xc3\xa9 \xf0\x9f\x93\x9e # 64167f*\n", "0004f2aabbcc"},
      {"64167f*\n64167f*\n", "64167f* 64167f*"},
  }));
  CAPTURE(text);
  CHECK(entries_of(text) == expected);
}

TEST_CASE("anything else on a line is an error in its place", "[acl_text]") {
  const auto [line, column] = GENERATE(table<std::string, unsigned>({
      {"0004f2aabbc", 1},
      {"0004f2aabbccd", 1},
      {"0004f2aabbcc*", 1},
      {"0004f2aabbcc 64167f*", 1},
      {"0004f2aabbcc,", 1},
      {"  0004f2aabbcg", 3},
      {"64167f**", 1},
      {"*64167f", 1},
      {"64:16:7f*", 1},
      {"64167f", 1},
      {"64167f?", 1},
      {"**", 1},
      {"! 0004f2aabb99", 1},
      {"\t!0004f2aabb9", 2},
      {"!!0004f2aabb99", 1},
      {"!", 1},
      {"!#0004f2aabb99", 1},
      {"0004f2aabb99!", 1},
      {"!*", 1},
      {"allow 0004f2aabbcc", 1},
      {"// comment", 1},
      {"; comment", 1},
      {"\xc2\xa0"
       "0004f2aabbcc",
       1},
      {"\xef\xbb\xbf*", 1},
      {"00:04:f2:aa:bb-cc", 1},
      {"\xef\xbc\x90"
       "004f2aabb",
       1},
      {"0004f2aabbcc\f", 13},
      {"  \v", 3},
      {"# comment \x1b[8m", 11},
      {"0004f2aabbcc # \x7f", 16},
      {"# \xc2\x85!0004f2aabb99", 3},
      {"*# \xe2\x80\xa8!0004f2aabb99", 4},
      {"# a\xe2\x80\xa9!0004f2aabb99", 4},
      {"0004f2aabbcc\r0004f2aabbcd", 13},
      {"0004f2aabbcc\r\r", 13},
  }));
  CAPTURE(line);
  CHECK(places_of("*\n" + line + "\n*\n") == "2:" + std::to_string(column));
}

TEST_CASE("a NUL is an error even in a comment", "[acl_text]") {
  CHECK(places_of("*\n# a\0b\n"s) == "2:4");
  CHECK(places_of("0004f2aabbcc\0\n"s) == "1:13");
}

TEST_CASE("a CR ends a line only together with LF", "[acl_text]") {
  CHECK(places_of("0004f2aabbcc\r") == "1:13");
  CHECK(places_of("0004f2aabbcc\r!0004f2aabb99\r") == "1:13");
  CHECK(places_of("*\r\r\n") == "1:2");
  CHECK(places_of("*\n\r\n*\n").empty());
}

TEST_CASE("what is no UTF-8 is an error in its line", "[acl_text]") {
  const std::string bad =
      GENERATE("# \xff", "# \xc3", "# \xc0\xaf", "# \xed\xa0\x80", "0004f2aabb\xe4");
  const AclText parsed = parse_acl("*\n" + bad + "\n*\n");
  REQUIRE(parsed.errors.size() == 1);
  CHECK(parsed.errors[0].line == 2);
}

TEST_CASE("a byte order mark counts as bytes of its line", "[acl_text]") {
  CHECK(places_of("\xef\xbb\xbf"
                  "0004\n*\n") == "1:4");
  CHECK(places_of("\xef\xbb\xbf*\n x\n") == "2:2");
}

TEST_CASE("a list without entry is an error", "[acl_text]") {
  const std::string text = GENERATE("", "\n", "# 0004f2aabbcc\n", "\xef\xbb\xbf", " ", "\r\n\r\n");
  const AclText parsed = parse_acl(text);
  REQUIRE(parsed.errors.size() == 1);
  CHECK(parsed.errors[0].line == 1);
  CHECK(parsed.errors[0].column == 1);
  CHECK_THAT(parsed.errors[0].text, Catch::Contains("no entry"));
  CHECK_FALSE(parsed.denial_failed);
}

TEST_CASE("a list of denials only is an error that says what to write", "[acl_text]") {
  const AclText parsed = parse_acl("!0004f2aabb99\n!64167f*\n");
  REQUIRE(parsed.errors.size() == 1);
  CHECK_THAT(parsed.errors[0].text, Catch::Contains("admits nobody; write * to admit the rest"));
}

TEST_CASE("an error says what was seen and what is accepted", "[acl_text]") {
  const AclText parsed = parse_acl("  0004f2aabbcg # x\n");
  REQUIRE(parsed.errors.size() == 1);
  CHECK_THAT(parsed.errors[0].text, Catch::Contains("\"0004f2aabbcg\" is no entry"));
  CHECK_THAT(parsed.errors[0].text, Catch::Contains("accepted are a MAC (0004f2aabbcc"));
}

TEST_CASE("an error line can be printed whatever was in the file", "[acl_text]") {
  const AclText parsed = parse_acl("*\n\"\\\xc2\x9b" + std::string(300, 'x') + "\n");
  REQUIRE(parsed.errors.size() == 1);
  CHECK_THAT(parsed.errors[0].text, Catch::Contains("\\x22\\x5c\\xc2\\x9b"));
  CHECK(parsed.errors[0].text.size() < 400);
  for (const char c : parsed.errors[0].text) CHECK((c >= 0x20 && c < 0x7f));
}

TEST_CASE("no more than twenty errors are reported and all are counted", "[acl_text]") {
  std::string text = "*\n";
  for (int i = 0; i < 20; ++i) text += "x\n";
  CHECK(parse_acl(text).errors.size() == 20);
  CHECK(parse_acl(text).error_count == 20);
  for (int i = 0; i < 1000; ++i) text += "x\n";
  const AclText parsed = parse_acl(text);
  CHECK(parsed.errors.size() == AclText::kMaxReported);
  CHECK(parsed.errors.back().line == 21);
  CHECK(parsed.error_count == 1020);
}

TEST_CASE("errors come in the order of the lines", "[acl_text]") {
  CHECK(places_of("x\n*\n\n # ok\n  y\n\x01\n0004f2aabbcc\n!z") == "1:1 5:3 6:1 8:1");
}

TEST_CASE("a denial that failed is told from other errors", "[acl_text]") {
  const auto [text, failed] = GENERATE(table<std::string, bool>({
      {"*\nx\n", false},
      {"*\n!0004f2aabb99\nx\n", false},
      {"*\n!x\n", true},
      {"*\n \t!0004f2aabb9\n", true},
      {"*\n! 0004f2aabb99\n", true},
      {"*\n!*\n", true},
      {"*\n!0004f2aabb99 # \x01\n", true},
      {"*\n!0004f2aabb99 # \xff\n", true},
      {"*\n!0004f2aabb99\r!0004f2aabb98\n", true},
      {"*\n# !x \x01\n", false},
      {"*\nx !0004f2aabb99\n", true}, // something unseen may stand before it
      {"*\n\xef\xbb\xbf!0004f2aabb99\n", true},
      {"*\n0004f2aabb98\r!0004f2aabb99\n", true},
      {"!0004f2aabb99\n", false}, // the line itself is in order
  }));
  CAPTURE(text);
  CHECK(parse_acl(text).denial_failed == failed);
}

TEST_CASE("a denial that failed is noticed behind the twentieth error", "[acl_text]") {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "x\n";
  CHECK(parse_acl(text + "!x\n").denial_failed);
}

TEST_CASE("the line of each entry is kept on request", "[acl_text]") {
  const std::string text = "# head\n0004f2aabbcc\n\n64167f*\r\nx\n!64167f0*";
  CHECK(parse_acl(text, AclLines::kKeep).lines == std::vector<std::size_t>{2, 4, 6});
  CHECK(parse_acl(text).lines.empty());
}

TEST_CASE("a text in pieces reads as the whole does", "[acl]") {
  const std::string text = "\xef\xbb\xbf"
                           "0004f2aabbcc # \xc3\xa4\r\n\n!64167f0*\n zz\r\n\r\n64167f*";
  const AclText whole = parse_acl(text, AclLines::kKeep);
  REQUIRE(whole.error_count == 1);
  for (std::size_t size = 1; size <= text.size(); ++size) {
    AclTextReader reader(AclLines::kKeep);
    for (std::size_t at = 0; at < text.size(); at += size) reader.read(text.substr(at, size));
    const AclText pieces = reader.finish();
    CHECK(pieces.entries == whole.entries);
    CHECK(pieces.lines == whole.lines);
    REQUIRE(pieces.errors.size() == 1);
    CHECK(pieces.errors[0].line == whole.errors[0].line);
    CHECK(pieces.errors[0].column == whole.errors[0].column);
    CHECK(pieces.errors[0].text == whole.errors[0].text);
  }
}
