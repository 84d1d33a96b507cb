// SPDX-License-Identifier: Apache-2.0
// Questions 1 to 9 alone, and question 16: who has logged in.
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <string>

using namespace polyauth;
using polyauth::test::Answers;
using polyauth::test::mac;
using polyauth::test::Transcript;

namespace {

const MacAddress kDevice(0x0004f2aabbcc);
const MacAddress kOther(0x0004f2aabbcd);
const Decision kGranted = {Reason::kOwnFile, kDevice, std::nullopt};

std::string verdict(UserName rule, std::string_view user, std::optional<MacAddress> owner,
                    const Decision& before = kGranted) {
  return std::string(slug(ask_user(before, rule, {user, owner}).reason));
}

} // namespace

TEST_CASE("a device is known by questions 1 to 9 alone", "[rule_book]") {
  Answers answers;
  Transcript transcript;
  const Decision decision = identify(answers, &transcript);
  CHECK(decision.reason == Reason::kDevice);
  CHECK(decision.device == kDevice);
  REQUIRE(transcript.lines.size() == 9);
  CHECK(transcript.lines.back().first == Question::kAcl);
  CHECK(identify(answers).reason == Reason::kDevice);
}

TEST_CASE("what decide() refuses about a device, identify() refuses as well", "[rule_book]") {
  Answers answers;
  answers.acl_is = AclAnswer::kDenied;
  CHECK(identify(answers).reason == Reason::kAclDenied);
  CHECK(identify(answers).device == kDevice);
  answers.certificate_is = CertificateState::kNone;
  CHECK(identify(answers).reason == Reason::kNoCertificate);
  CHECK_FALSE(identify(answers).device);
}

TEST_CASE("any user name will do where nobody asks for the device's", "[rule_book]") {
  const auto* user = GENERATE("", "phone", "0004f2aabbcd", "0004f2aabbcc");
  CAPTURE(user);
  CHECK(verdict(UserName::kAny, user, std::nullopt) == "own-file");
}

TEST_CASE("the device's user name is its address in any spelling", "[rule_book]") {
  const auto* user = GENERATE("0004f2aabbcc", "0004F2AABBCC", "00:04:f2:aa:bb:cc",
                              "00-04-F2-AA-BB-CC", "0004.f2aa.bbcc");
  CAPTURE(user);
  CHECK(verdict(UserName::kDevice, user, std::nullopt) == "own-file");
}

TEST_CASE("no other user name is the device's", "[rule_book]") {
  const auto* user = GENERATE("", "phone", "0004f2aabbcd", "0004f2aabbcc ", " 0004f2aabbcc",
                              "0004f2aabbc", "0004f2aabbcc0", "x0004f2aabbcc", "00:04:f2:aabbcc");
  CAPTURE(user);
  CHECK(verdict(UserName::kDevice, user, std::nullopt) == "user-not-device");
}

TEST_CASE("a device's own password is for that device alone", "[rule_book]") {
  const auto rule = GENERATE(UserName::kAny, UserName::kDevice);
  CHECK(verdict(rule, "0004f2aabbcc", kDevice) == "own-file");
  CHECK(verdict(rule, "0004f2aabbcc", kOther) == "user-not-device");
  CHECK(verdict(rule, "0004f2aabbcd", kOther) == "user-not-device");
}

TEST_CASE("where no device is known, nothing is its own", "[rule_book]") {
  const Decision before = {Reason::kNoCertificate, std::nullopt, std::nullopt};
  CHECK(verdict(UserName::kAny, "phone", std::nullopt, before) == "no-certificate");
  CHECK(verdict(UserName::kAny, "0004f2aabbcc", kDevice, before) == "user-not-device");
  CHECK(verdict(UserName::kDevice, "0004f2aabbcc", std::nullopt, before) == "user-not-device");
  CHECK(verdict(UserName::kDevice, "", std::nullopt, before) == "user-not-device");
}

TEST_CASE("question 16 softens no refusal", "[rule_book]") {
  const Decision before = {Reason::kAclDenied, kDevice, std::nullopt};
  CHECK(verdict(UserName::kDevice, "0004f2aabbcc", kDevice, before) == "acl-denied");
}

TEST_CASE("question 16 is reported like the others", "[rule_book]") {
  Transcript transcript;
  const Decision decision =
      ask_user(kGranted, UserName::kDevice, {"phone", std::nullopt}, &transcript);
  CHECK(decision.device == kDevice);
  REQUIRE(transcript.lines.size() == 1);
  CHECK(transcript.lines[0].first == Question::kUser);
  CHECK(transcript.lines[0].second == Reason::kUserNotDevice);
}
