// SPDX-License-Identifier: Apache-2.0
#include "core/password_text.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <string>
#include <tuple>

using namespace polyauth;

namespace {

const std::string kHash = "$2y$05$wpWmy742CRx/MzbyXfWhgOIRqLvHOke23CDYb/gPJuoY2NllslElW";

Diagnostic first_error(std::string_view text) {
  const PasswordText parsed = parse_passwords(text);
  if (parsed.errors.empty()) FAIL("accepted: " << text);
  return parsed.errors.front();
}

} // namespace

TEST_CASE("an htpasswd file is read as httpd reads it", "[password]") {
  const std::string text = "# made by htpasswd\n"
                           "phone:" +
                           kHash +
                           "\n"
                           "\n"
                           "  \t \n"
                           "  # indented\n"
                           " John Doe:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ= \r\n"
                           "caf\xe9:AOKBsVoYHyquc\n"
                           "third:" +
                           kHash + ":what httpd ignores, until the end";
  const PasswordText parsed = parse_passwords(text);
  REQUIRE(parsed.error_count == 0);
  REQUIRE(parsed.lines.size() == 4);
  CHECK(parsed.lines[0].user == "phone");
  CHECK(parsed.lines[0].hash == kHash);
  CHECK(parsed.lines[0].line == 2);
  CHECK(parsed.lines[0].options.label.empty());
  CHECK(parsed.lines[1].user == "John Doe");
  CHECK(parsed.lines[1].hash == "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=");
  CHECK(parsed.lines[1].line == 6);
  CHECK(parsed.lines[2].user == "caf\xe9");
  CHECK(parsed.lines[3].hash == kHash);
  CHECK(parsed.lines[3].options.window == Window{});
}

TEST_CASE("a user may have many lines, each with label and window", "[password]") {
  const std::string text = "phone:" + kHash +
                           " label=2026q3 until=2026-11-30\n"
                           "phone:" +
                           kHash + "\tlabel=2026q4\tfrom=2026-11-01\n";
  const PasswordText parsed = parse_passwords(text);
  REQUIRE(parsed.error_count == 0);
  REQUIRE(parsed.lines.size() == 2);
  CHECK(parsed.lines[0].options.label == "2026q3");
  CHECK(parsed.lines[1].options.label == "2026q4");
  CHECK(parsed.lines[0].options.window.overlaps(parsed.lines[1].options.window));
}

TEST_CASE("what is wrong is told at its place", "[password]") {
  const auto [text, line, column, start] =
      GENERATE(table<std::string, std::size_t, std::size_t, const char*>({
          {"", 1, 1, "there is no line user:hash"},
          {"# nothing\n\n", 1, 1, "there is no line user:hash"},
          {"phone\n", 1, 1, "there is no ':'"},
          {"\n  phone " + kHash, 2, 3, "there is no ':'"},
          {":" + kHash, 1, 1, "there is no user before the ':'"},
          {" :" + kHash, 1, 2, "there is no user before the ':'"},
          {"phone:", 1, 7, "there is no hash after the ':'"},
          {"phone::" + kHash, 1, 7, "there is no hash after the ':'"},
          {"phone: " + kHash, 1, 7, "there is no hash after the ':'"},
          {"phone: label=x", 1, 7, "there is no hash after the ':'"},
          {"phone:secret", 1, 7, "this is no hash that htpasswd writes"},
          {"# a\n\xef\xbb\xbfphone:" + kHash, 2, 1, "the line begins with a byte order mark"},
          {"\xef\xbb\xbf\xef\xbb\xbfphone:" + kHash, 1, 4, "the line begins with a byte"},
          {"\xef\xbb\xbfphone:secret", 1, 10, "this is no hash that htpasswd writes"},
          {"phone:" + kHash.substr(1), 1, 7, "this is no hash that htpasswd writes"},
          {"phone:" + kHash.substr(0, 59), 1, 7, "this is no bcrypt hash"},
          {"phone:" + kHash + " # comment", 1, 68, "this is no option"},
          {"phone:" + kHash + " label=a label=b", 1, 76, "label= stands there twice"},
          {"phone:" + kHash + " until=2026-02-30", 1, 74, "\"2026-02-30\" is a day"},
          {"phone:" + kHash + ": until=2026-01-01", 1, 69, "until= stands behind a second ':'"},
          {"phone:" + kHash + " label=a:b", 1, 74, "\"a:b\" is no label"},
          {std::string("phone:a\0b", 9), 1, 8, "a NUL byte is not allowed"},
          {"# a\rphone:" + kHash, 1, 4, "a CR without LF is not allowed, not even in a comment"},
          {"phone\x1b:" + kHash, 1, 6, "a control character"},
          {"# old \\\nphone:" + kHash, 1, 7, "a \\ at the end of a line"},
          {std::string(1025, 'u') + ":" + kHash, 1, 1, "the user is longer than 1024 bytes"},
          {std::string(8192, 'u') + "\n", 1, 1, "there is no ':'"},
      }));
  CAPTURE(text);
  const Diagnostic error = first_error(text);
  CHECK(error.line == line);
  CHECK(error.column == column);
  CHECK(error.text.starts_with(start));
}

TEST_CASE("no message holds a part of a hash or a password in clear", "[password]") {
  for (const std::string text :
       {"phone:5ecret-In-Clear", "5ecret-In-Clear", "phone:$2y$05$5ecret-In-Clear",
        "phone:$6$5ecret-In-Clear", "phone:AOKBsVoYHyquc 5ecret-In-Clear",
        "phone:AOKBsVoYHyquc 5ecret=In-Clear", "phone:5ecret-In-Clear:x",
        "phone:{SHA}5ecret-In-Clear"}) {
    CAPTURE(text);
    CHECK(first_error(text).text.find("5ecret") == std::string::npos);
  }
}

TEST_CASE("the first twenty errors are kept and all are counted", "[password]") {
  std::string text;
  for (int i = 0; i < 33; ++i) text += "phone:secret\n";
  const PasswordText parsed = parse_passwords(text);
  CHECK(parsed.errors.size() == 20);
  CHECK(parsed.error_count == 33);
  CHECK(parsed.errors.back().line == 20);
}

TEST_CASE("a bad line that was to end a password is told apart", "[password]") {
  CHECK_FALSE(parse_passwords("phone:secret\n").end_failed);
  const PasswordText parsed =
      parse_passwords("phone:secret\nphone:" + kHash + " until=2026-11-31\nphone:x until=x\n");
  REQUIRE(parsed.end_failed);
  CHECK(parsed.end_failed->line == 2);
}
