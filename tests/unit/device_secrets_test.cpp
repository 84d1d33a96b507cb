// SPDX-License-Identifier: Apache-2.0
#include "credentials/device_secrets.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <string>
#include <tuple>

using namespace polyauth;
using test::mac;

namespace {

// Bytes 0 to 31, and 32 times 0xff. Their passwords are those of device_password_test.
const std::string kCounting = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const std::string kOnes = "//////////////////////////////////////////8=";
const std::string kCountingPassword = "b4n2qi4nftamypel6pzl";
const std::string kOnesPassword = "te6iq7fcpkswxywg2hu7";
const MacAddress kDevice = mac("0004f2aabbcc");

DeviceSecrets secrets(std::string_view text) {
  auto parsed = DeviceSecrets::parse(text);
  if (!parsed.secrets) FAIL(parsed.errors.front().text);
  return std::move(*parsed.secrets);
}

} // namespace

TEST_CASE("a secret gives its device a password, and knows it again", "[secrets]") {
  const DeviceSecrets file = secrets("\xef\xbb\xbf# secrets\r\n\r\n one:" + kCounting + " \r\n");
  const auto password = file.current(kDevice, 0);
  REQUIRE(password);
  CHECK(password->text == kCountingPassword);
  CHECK(password->id == "one");
  CHECK(file.match(kDevice, kCountingPassword, 0) == "one");
}

TEST_CASE("another password, or that of another device, is none", "[secrets]") {
  const DeviceSecrets file = secrets("one:" + kCounting + "\n");
  for (const std::string& wrong :
       {std::string(), kOnesPassword, kCountingPassword + "a", kCountingPassword.substr(1),
        std::string("B4N2QI4NFTAMYPEL6PZL"), std::string(20, '\0')})
    CHECK_FALSE(file.match(kDevice, wrong, 0));
  CHECK_FALSE(file.match(mac("0004f2aabbcd"), kCountingPassword, 0));
}

TEST_CASE("two secrets in overlapping windows are both good, the newest is told", "[secrets]") {
  const DeviceSecrets file = secrets("old:" + kCounting +
                                     " until=1970-01-02\n" //
                                     "new:" +
                                     kOnes + " from=1970-01-02\n");
  constexpr std::int64_t kDay = 86400;
  CHECK(file.current(kDevice, kDay - 1)->id == "old");
  CHECK_FALSE(file.match(kDevice, kOnesPassword, kDay - 1));
  CHECK(file.current(kDevice, kDay)->id == "new");
  CHECK(file.match(kDevice, kOnesPassword, kDay) == "new");
  CHECK(file.match(kDevice, kCountingPassword, kDay) == "old");
  CHECK(file.current(kDevice, 2 * kDay)->id == "new");
  CHECK_FALSE(file.match(kDevice, kCountingPassword, 2 * kDay));
}

TEST_CASE("the newest has the latest from=, then the later line", "[secrets]") {
  const auto [text, id] = GENERATE(table<std::string, const char*>({
      {"a:" + kCounting + "\nb:" + kOnes + "\n", "b"},
      {"a:" + kCounting + " from=1970-01-01\nb:" + kOnes + "\n", "a"},
      {"a:" + kCounting + " from=1970-01-02\nb:" + kOnes + " from=1970-01-01\n", "a"},
      {"a:" + kCounting + " from=1970-01-02\nb:" + kOnes + " from=1970-01-02\n", "b"},
      {"a:" + kCounting + " from=1970-01-09\nb:" + kOnes + " from=1970-01-01\n", "b"},
  }));
  CAPTURE(text);
  CHECK(secrets(text).current(kDevice, 2 * 86400)->id == id);
}

TEST_CASE("outside of every window there is no password", "[secrets]") {
  const DeviceSecrets file = secrets("one:" + kCounting + " from=1970-01-02 until=1970-01-02\n");
  for (const std::int64_t now : {0, 2 * 86400}) {
    CHECK_FALSE(file.current(kDevice, now));
    CHECK_FALSE(file.match(kDevice, kCountingPassword, now));
  }
}

TEST_CASE("what is wrong with a secret is told at its place", "[secrets]") {
  std::string many;
  for (int i = 0; i < 65; ++i) many += "s" + std::to_string(i) + ":" + kCounting + "\n";
  const auto [text, line, column, start] =
      GENERATE_COPY(table<std::string, std::size_t, std::size_t, const char*>({
          {"", 1, 1, "there is no secret"},
          {"# none\n", 1, 1, "there is no secret"},
          {kCounting + "\n", 1, 1, "there is no ':'"},
          {":" + kCounting, 1, 1, "the id before the ':' is none"},
          {"a b:" + kCounting, 1, 1, "the id before the ':' is none"},
          {std::string(65, 'a') + ":" + kCounting, 1, 1, "the id before the ':' is none"},
          {"a:" + kCounting + "\n a:" + kOnes, 2, 2, "the id \"a\" stands in line 1 already"},
          {"a:", 1, 3, "this is not the base64 of 32 bytes"},
          {"a: " + kCounting, 1, 3, "this is not the base64 of 32 bytes"},
          {"a:" + kCounting.substr(0, 43), 1, 3, "this is not the base64 of 32 bytes"},
          {"a:" + kCounting + "=", 1, 3, "this is not the base64 of 32 bytes"},
          {"a:" + kCounting.substr(0, 42) + "==", 1, 3, "this is not the base64 of 32 bytes"},
          {"a:" + kCounting.substr(0, 40), 1, 3, "this is not the base64 of 32 bytes"},
          // The last digit holds two bits that belong to no byte.
          {"a:" + kCounting.substr(0, 42) + "9=", 1, 3, "this is not the base64 of 32 bytes"},
          {"a:" + kOnes.substr(0, 41) + "_8=", 1, 3, "this is not the base64 of 32 bytes"},
          {"a:" + kCounting + " label=x", 1, 48, "this is no option"},
          {"a:" + kOnes + " " + kCounting, 1, 48, "this is no option"},
          {"a:" + kCounting + " from=x", 1, 53, "\"x\" is no date"},
          {"a:" + kCounting + "\r", 1, 47, "a CR without LF"},
          {many, 65, 1, "there are more than 64 secrets"},
      }));
  CAPTURE(text);
  const auto parsed = DeviceSecrets::parse(text);
  CHECK_FALSE(parsed.secrets);
  REQUIRE(parsed.error_count == 1);
  CHECK(parsed.errors.front().line == line);
  CHECK(parsed.errors.front().column == column);
  CHECK(parsed.errors.front().text.starts_with(start));
  CHECK(parsed.errors.front().text.find(kCounting.substr(0, 8)) == std::string::npos);
}

TEST_CASE("the first twenty errors of a secret file are kept and all are counted", "[secrets]") {
  std::string text;
  for (int i = 0; i < 33; ++i) text += "x\n";
  const auto parsed = DeviceSecrets::parse(text);
  CHECK(parsed.errors.size() == 20);
  CHECK(parsed.error_count == 33);
}
