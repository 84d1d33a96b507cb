// SPDX-License-Identifier: Apache-2.0
#include "core/text_lines.hpp"
#include "support/catch.hpp"

#include <tuple>
#include <vector>

using namespace polyauth;

namespace {

std::vector<std::string_view> texts_of(std::string_view text) {
  std::vector<std::string_view> texts;
  LineWalk walk(text);
  while (const auto line = walk.next()) {
    CHECK(line->number == texts.size() + 1);
    texts.push_back(line->text);
  }
  return texts;
}

} // namespace

TEST_CASE("a text is walked line by line, LF or CRLF", "[lines]") {
  using Texts = std::vector<std::string_view>;
  CHECK(texts_of("").empty());
  CHECK(texts_of("a") == Texts{"a"});
  CHECK(texts_of("a\n") == Texts{"a"});
  CHECK(texts_of("\n\na") == Texts{"", "", "a"});
  CHECK(texts_of("a\r\nb\n\r\nc\r") == Texts{"a", "b", "", "c\r"});
}

TEST_CASE("a byte order mark belongs to no line, and only the first may have one", "[lines]") {
  LineWalk walk("\xef\xbb\xbf"
                "a\n\xef\xbb\xbf"
                "b");
  const auto first = walk.next();
  CHECK(first->text == "a");
  CHECK(first->offset == 3);
  const auto second = walk.next();
  CHECK(second->text == "\xef\xbb\xbf"
                        "b");
  CHECK(second->offset == 0);
}

TEST_CASE("bytes that could hide a line are found", "[lines]") {
  const auto [line, at, what] = GENERATE(table<std::string_view, std::size_t, const char*>({
      {std::string_view("a\0b", 3), 1, "a NUL byte"},
      {std::string_view("\xff\xfe"
                        "0\0",
                        4),
       0, "text in UTF-16 (save it as UTF-8)"},
      {std::string_view("\xfe\xff"
                        "\0"
                        "0",
                        4),
       0, "text in UTF-16 (save it as UTF-8)"},
      {"ab\r", 2, "a CR without LF"},
      {"a\x1b[2J", 1, "a control character"},
      {"a\x7f", 1, "a control character"},
      {"\xc2\x85", 0, "the line separator U+0085"},
      {"a\xe2\x80\xa8", 1, "the line separator U+2028"},
      {"a\xe2\x80\xa9", 1, "the paragraph separator U+2029"},
  }));
  const auto found = find_forbidden(line);
  REQUIRE(found);
  CHECK(found->at == at);
  CHECK(found->what == what);
  CHECK_FALSE(is_plain(line));
}

TEST_CASE("tabs and other bytes above 0x7f are allowed", "[lines]") {
  CHECK_FALSE(find_forbidden("a\tb"));
  CHECK(is_plain("a\tb"));
  CHECK_FALSE(find_forbidden("\xc3\xa9 \xe9"));
  CHECK_FALSE(is_plain("\xe9"));
}

TEST_CASE("what is quoted is short and printable", "[lines]") {
  CHECK(quoted("a b") == "\"a b\"");
  CHECK(quoted("\x1b\"\\\xe9") == "\"\\x1b\\x22\\x5c\\xe9\"");
  CHECK(quoted(std::string(41, 'a')) == '"' + std::string(40, 'a') + "...\"");
}
