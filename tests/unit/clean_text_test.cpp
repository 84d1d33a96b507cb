// SPDX-License-Identifier: Apache-2.0
#include "core/clean_text.hpp"
#include "support/catch.hpp"

#include <string>

using namespace polyauth;

TEST_CASE("a path that can be read in one way is clean", "[clean_text]") {
  const std::string path =
      GENERATE("", "/", "/0004f2aabbcc.cfg", "/a b/c+d", "/~user/.well-known/x", "/../x", "//x",
               "/languages/\xc3\x84\xe2\x82\xac\xf0\x9f\x93\x9e.xml", "/a:b,c@d=e&f'(g)!$*[h]",
               "/\xc2\xa0", "/\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf");
  CAPTURE(path);
  CHECK(is_clean_path(path));
}

TEST_CASE("a path with a byte that a second reader takes otherwise is not clean", "[clean_text]") {
  const std::string bad = GENERATE(as<std::string>{}, "%", "%2e", "\\", ";", ";jsessionid=1", "\n",
                                   "\r", "\t", "\x01", "\x1f", "\x7f", std::string(1, '\0'));
  CAPTURE(bad);
  CHECK_FALSE(is_clean_path(bad));
  CHECK_FALSE(is_clean_path("/0004f2aabbcc.cfg" + bad));
  CHECK_FALSE(is_clean_path(bad + "/0004f2aabbcc.cfg"));
  CHECK_FALSE(is_clean_path("/\xc3\xa4" + bad + "x"));
}

TEST_CASE("one byte makes a path unclean wherever it stands", "[clean_text]") {
  for (std::size_t size = 1; size <= 70; ++size) {
    const std::string clean(size, 'a');
    if (!is_clean_path(clean)) FAIL(size);
    for (unsigned byte = 0; byte < 256; ++byte) {
      const bool stays_clean =
          byte >= 0x20 && byte < 0x7f && byte != '%' && byte != '\\' && byte != ';';
      for (std::size_t at = 0; at < size; ++at) {
        std::string text = clean;
        text[at] = static_cast<char>(byte);
        if (is_clean_path(text) != stays_clean) FAIL(size << ' ' << byte << ' ' << at);
      }
    }
  }
}

TEST_CASE("what is no UTF-8 is not clean", "[clean_text]") {
  const std::string bad = GENERATE("\x80", "\xbf", "\xff", "\xfe", "\xc0\xae", "\xc1\xbf",
                                   "\xe0\x80\xae", "\xe0\x9f\xbf", "\xf0\x80\x80\xae", // overlong
                                   "\xed\xa0\x80", "\xed\xbf\xbf",                     // surrogates
                                   "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",             // too high
                                   "\xc3", "\xe2\x82", "\xf0\x9f\x93", "\xc3/", "\xe2\x82/",
                                   "\xf0\x9f\x93/", // cut short
                                   "\xe2\x28\xa1", "\xf0\x28\x8c\xbc", "\xf0\x90\x28\xbc");
  CHECK_FALSE(is_utf8(bad));
  CHECK_FALSE(is_clean_path("/a" + bad));
  CHECK_FALSE(is_clean_path("/" + bad + "b"));
}

TEST_CASE("every code point that may stand alone is UTF-8 and no other", "[clean_text]") {
  for (unsigned point = 0; point < 0x110800; ++point) {
    std::string text;
    const auto put = [&](unsigned byte) { text += static_cast<char>(byte); };
    if (point < 0x80) {
      put(point);
    } else if (point < 0x800) {
      put(0xc0 | point >> 6), put(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
      put(0xe0 | point >> 12), put(0x80 | (point >> 6 & 0x3f)), put(0x80 | (point & 0x3f));
    } else {
      put(0xf0 | point >> 18), put(0x80 | (point >> 12 & 0x3f));
      put(0x80 | (point >> 6 & 0x3f)), put(0x80 | (point & 0x3f));
    }
    const bool valid = (point < 0xd800 || point > 0xdfff) && point < 0x110000;
    if (is_utf8(text) != valid) FAIL(point);
  }
}

TEST_CASE("a query is clean that a second decoding leaves alone", "[clean_text]") {
  const auto [query, clean] = GENERATE(table<std::string, bool>({
      {"", true},
      {"a=b&c=d", true},
      {"a=b;c=d", true},
      {"a=\\", true},
      {"a=%", true},
      {"a=%3", true},
      {"a=%g0", true},
      {"a=%3g", true},
      {"a=100%", true},
      {"a=\xff", true},
      {"a=%30", false},
      {"%4dac=x", false},
      {"a=%%30", false},
      {"a=\n", false},
      {"a=\x7f", false},
      {"a=\t", false},
  }));
  CAPTURE(query);
  CHECK(is_clean_query(query) == clean);
  CHECK_FALSE(is_clean_query(query + std::string(1, '\0')));
}

TEST_CASE("dot segments are found wherever they stand", "[clean_text]") {
  const auto [path, found] = GENERATE(table<std::string, bool>({
      {"", false},
      {"/", false},
      {"/a/b", false},
      {"/...", false},
      {"/.a", false},
      {"/a.", false},
      {"/..a/a..", false},
      {".", true},
      {"..", true},
      {"/.", true},
      {"/..", true},
      {"/a/../b", true},
      {"/a/./b", true},
      {"../a", true},
      {"a/..", true},
      {"//..//", true},
  }));
  CAPTURE(path);
  CHECK(has_dot_segment(path) == found);
}

TEST_CASE("percent signs are decoded once", "[clean_text]") {
  const auto [text, decoded] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"abc", "abc"},
      {"%30", "0"},
      {"%2f%2F", "//"},
      {"%2530", "%30"},
      {"%", "%"},
      {"%3", "%3"},
      {"%3g", "%3g"},
      {"%%30", "%0"},
      {"a+b", "a+b"},
      {"%e4%FF", "\xe4\xff"},
  }));
  CHECK(percent_decode(text) == decoded);
  CHECK(percent_decode("a%00b") == std::string("a\0b", 3));
}
