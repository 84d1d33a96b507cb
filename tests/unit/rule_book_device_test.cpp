// SPDX-License-Identifier: Apache-2.0
// Questions 1 to 9: who asks.
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <functional>
#include <stdexcept>
#include <string>

using namespace polyauth;
using polyauth::test::Answers;
using polyauth::test::mac;
using polyauth::test::Scene;
using polyauth::test::Transcript;
using Asked = std::vector<std::string>;

namespace {

const MacAddress kDevice(0x0004f2aabbcc);
const Asked kAll = {"certificate", "validity", "trust", "revocation", "identity", "acl"};

Asked first(std::size_t count) {
  return {kAll.begin(), kAll.begin() + static_cast<std::ptrdiff_t>(count)};
}

struct Fault {
  std::function<void(Answers&)> make;
  std::string reason;
  Question question;
  std::size_t answers; // how many are asked for until then
};

std::vector<Fault> faults() {
  using Q = Question;
  return {
      {[](Answers& a) { a.certificate_is = CertificateState::kNoTls; }, "no-tls", Q::kTls, 1},
      {[](Answers& a) { a.certificate_is = CertificateState::kNone; }, "no-certificate",
       Q::kCertificate, 1},
      {[](Answers& a) { a.certificate_is = CertificateState::kUnverified; },
       "certificate-unverified", Q::kVerified, 1},
      {[](Answers& a) { a.validity_is = Validity::kExpired; }, "certificate-expired", Q::kValidity,
       2},
      {[](Answers& a) { a.validity_is = Validity::kNotYetValid; }, "certificate-not-yet-valid",
       Q::kValidity, 2},
      {[](Answers& a) { a.trust_is = Trust::kUntrusted; }, "issuer-untrusted", Q::kTrust, 3},
      {[](Answers& a) { a.revocation_is = Revocation::kRevoked; }, "certificate-revoked",
       Q::kRevocation, 4},
      {[](Answers& a) { a.identity_is = IdentityFault::kMissing; }, "identity-missing",
       Q::kIdentity, 5},
      {[](Answers& a) { a.identity_is = IdentityFault::kMultiple; }, "identity-multiple",
       Q::kIdentity, 5},
      {[](Answers& a) { a.identity_is = IdentityFault::kMalformed; }, "identity-malformed",
       Q::kIdentity, 5},
      {[](Answers& a) { a.identity_is = MacAddress(0x000000000065); }, "identity-malformed",
       Q::kUnicast, 5},
      {[](Answers& a) { a.identity_is = MacAddress(0x01005e000001); }, "identity-malformed",
       Q::kUnicast, 5},
      {[](Answers& a) { a.acl_is = AclAnswer::kDenied; }, "acl-denied", Q::kAcl, 6},
      {[](Answers& a) { a.acl_is = AclAnswer::kUnlisted; }, "acl-unlisted", Q::kAcl, 6},
      {[](Answers& a) { a.acl_is = AclAnswer::kUnavailable; }, "acl-unavailable", Q::kAcl, 6},
  };
}

} // namespace

TEST_CASE("a verified and admitted phone reads its own file", "[rule_book]") {
  Scene scene;
  const Decision decision = scene.decide();
  CHECK(decision.granted());
  CHECK(decision.reason == Reason::kOwnFile);
  CHECK(decision.device == kDevice);
  CHECK_FALSE(decision.foreign);
  CHECK(scene.device.asked == kAll);
  CHECK(scene.device.acl_was_asked_for == kDevice);
}

TEST_CASE("questions that a section does not ask are answered with yes", "[rule_book]") {
  Scene scene;
  scene.device.trust_is = Trust::kNotAsked;
  scene.device.revocation_is = Revocation::kNotAsked;
  scene.device.acl_is =
      GENERATE(AclAnswer::kNotSet, AclAnswer::kAdmitted, AclAnswer::kAdmittedByName);
  CHECK(scene.verdict() == "own-file");
}

TEST_CASE("each fault of a device has its reason, and nothing is asked after it", "[rule_book]") {
  const Scope scope = GENERATE(Scope::kOwnership, Scope::kDeviceOnly);
  for (const Fault& fault : faults()) {
    Scene scene;
    scene.scope = scope;
    fault.make(scene.device);
    Transcript transcript;
    const Decision decision = scene.decide(&transcript);
    CAPTURE(fault.reason);
    CHECK_FALSE(decision.granted());
    CHECK(std::string(slug(decision.reason)) == fault.reason);
    CHECK(scene.device.asked == first(fault.answers));
    REQUIRE_FALSE(transcript.lines.empty());
    CHECK(transcript.lines.back().first == fault.question);
    CHECK(transcript.lines.back().second == decision.reason);
    CHECK(transcript.lines.size() == static_cast<std::size_t>(fault.question));
  }
}

TEST_CASE("of two faults the one of the earlier question is the reason", "[rule_book]") {
  const auto list = faults();
  for (const Fault& early : list) {
    for (const Fault& late : list) {
      if (early.question >= late.question || early.answers == late.answers) continue;
      Scene scene;
      scene.resource = Scene::plain("DELETE", "/%/0004f2aabbcd.cfg"); // 10 to 15 fail as well
      late.make(scene.device);
      early.make(scene.device);
      CAPTURE(early.reason, late.reason);
      CHECK(scene.verdict() == early.reason);
    }
  }
}

TEST_CASE("a device is known from the ACL on, and not before", "[rule_book]") {
  for (const Fault& fault : faults()) {
    Scene scene;
    fault.make(scene.device);
    CAPTURE(fault.reason);
    CHECK(scene.decide().device.has_value() == (fault.question == Question::kAcl));
  }
}

TEST_CASE("an expired certificate passes only if the ACL names the device in full", "[rule_book]") {
  const auto [acl, expected] = GENERATE(table<AclAnswer, std::string>({
      {AclAnswer::kAdmittedByName, "own-file"},
      {AclAnswer::kAdmitted, "certificate-expired"},
      {AclAnswer::kNotSet, "certificate-expired"},
      {AclAnswer::kDenied, "acl-denied"},
      {AclAnswer::kUnlisted, "acl-unlisted"},
      {AclAnswer::kUnavailable, "acl-unavailable"},
  }));
  Scene scene;
  scene.device.validity_is = Validity::kExpiredUnlessNamed;
  scene.device.acl_is = acl;
  CHECK(scene.verdict() == expected);
}

TEST_CASE("the questions between keep their own reasons for an expired certificate",
          "[rule_book]") {
  Scene scene;
  scene.device.validity_is = Validity::kExpiredUnlessNamed;
  SECTION("trust") {
    scene.device.trust_is = Trust::kUntrusted;
    CHECK(scene.verdict() == "issuer-untrusted");
  }
  SECTION("revocation") {
    scene.device.revocation_is = Revocation::kRevoked;
    CHECK(scene.verdict() == "certificate-revoked");
  }
  SECTION("identity") {
    scene.device.identity_is = IdentityFault::kMissing;
    CHECK(scene.verdict() == "identity-missing");
  }
}

TEST_CASE("an expired device is refused before its request is looked at", "[rule_book]") {
  Scene scene;
  scene.device.validity_is = Validity::kExpiredUnlessNamed;
  scene.resource = Scene::plain("DELETE", "/0004f2aabbcd.cfg");
  CHECK(scene.verdict() == "certificate-expired");
}

TEST_CASE("an answer that throws ends the hearing", "[rule_book]") {
  class Broken final : public DeviceAnswers {
  public:
    CertificateState certificate() override { return CertificateState::kVerified; }
    Validity validity() override { return Validity::kValid; }
    Trust trust() override { throw std::runtime_error("unreadable"); }
    Revocation revocation() override { throw std::logic_error("asked"); }
    Identity identity() override { throw std::logic_error("asked"); }
    AclAnswer acl(const MacAddress&) override { throw std::logic_error("asked"); }
  } broken;
  const Resource resource = Scene::plain("GET", "/0004f2aabbcc.cfg");
  CHECK_THROWS_AS(static_cast<void>(decide(Policy(), resource, broken, Scope::kOwnership)),
                  std::runtime_error);
}

TEST_CASE("an answer outside its type refuses as internal-error", "[rule_book]") {
  Scene scene;
  SECTION("certificate") { scene.device.certificate_is = static_cast<CertificateState>(99); }
  SECTION("validity") { scene.device.validity_is = static_cast<Validity>(99); }
  SECTION("acl") { scene.device.acl_is = static_cast<AclAnswer>(99); }
  CHECK(scene.verdict() == "internal-error");
}

TEST_CASE("an observer is told all fifteen questions of a granted request in order",
          "[rule_book]") {
  Scene scene;
  Transcript transcript;
  REQUIRE(scene.decide(&transcript).granted());
  REQUIRE(transcript.lines.size() == kQuestionCount);
  for (std::size_t i = 0; i < transcript.lines.size(); ++i) {
    CHECK(static_cast<std::size_t>(transcript.lines[i].first) == i + 1);
    CHECK_FALSE(transcript.lines[i].second);
  }
}

TEST_CASE("an observer does not change a decision", "[rule_book]") {
  for (const char* path : {"/0004f2aabbcc.cfg", "/0004f2aabbcd.cfg", "/sip.ver", "/x", "/%"}) {
    Scene scene;
    scene.resource = Scene::plain("GET", path);
    Transcript transcript;
    CHECK(scene.decide(&transcript).reason == scene.decide().reason);
  }
}
