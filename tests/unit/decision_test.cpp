// SPDX-License-Identifier: Apache-2.0
#include "core/decision.hpp"
#include "support/catch.hpp"

#include <set>
#include <string>

using namespace polyauth;

TEST_CASE("every reason has the slug of the contract", "[decision]") {
  const auto [reason, text] = GENERATE(table<Reason, std::string>({
      {Reason::kNoTls, "no-tls"},
      {Reason::kNoCertificate, "no-certificate"},
      {Reason::kCertificateUnverified, "certificate-unverified"},
      {Reason::kCertificateExpired, "certificate-expired"},
      {Reason::kCertificateNotYetValid, "certificate-not-yet-valid"},
      {Reason::kIssuerUntrusted, "issuer-untrusted"},
      {Reason::kCertificateRevoked, "certificate-revoked"},
      {Reason::kIdentityMissing, "identity-missing"},
      {Reason::kIdentityMultiple, "identity-multiple"},
      {Reason::kIdentityMalformed, "identity-malformed"},
      {Reason::kAclDenied, "acl-denied"},
      {Reason::kAclUnlisted, "acl-unlisted"},
      {Reason::kAclUnavailable, "acl-unavailable"},
      {Reason::kMethodRefused, "method-refused"},
      {Reason::kPathUnsafe, "path-unsafe"},
      {Reason::kMacForeign, "mac-foreign"},
      {Reason::kMacMissing, "mac-missing"},
      {Reason::kSharedReadOnly, "shared-read-only"},
      {Reason::kUploadRefused, "upload-refused"},
      {Reason::kUserNotDevice, "user-not-device"},
      {Reason::kInternalError, "internal-error"},
      {Reason::kOwnFile, "own-file"},
      {Reason::kSharedFile, "shared-file"},
      {Reason::kDevice, "device"},
  }));
  CHECK(slug(reason) == text);
  CHECK(parse_reason(text) == reason);
  CHECK_FALSE(parse_reason(text + " "));
}

TEST_CASE("three reasons grant and all others refuse", "[decision]") {
  for (int i = 0; i <= static_cast<int>(Reason::kDevice); ++i) {
    const auto reason = static_cast<Reason>(i);
    const bool grants =
        reason == Reason::kOwnFile || reason == Reason::kSharedFile || reason == Reason::kDevice;
    CAPTURE(std::string(slug(reason)));
    CHECK(is_granted(reason) == grants);
    CHECK(Decision{reason, {}, {}}.granted() == grants);
  }
}

TEST_CASE("a decision that nobody took refuses", "[decision]") {
  CHECK_FALSE(Decision{}.granted());
  CHECK(Decision{}.reason == Reason::kInternalError);
}

TEST_CASE("the questions are numbered and worded", "[decision]") {
  CHECK(static_cast<int>(Question::kTls) == 1);
  CHECK(static_cast<int>(Question::kAcl) == 9);
  CHECK(static_cast<int>(Question::kUpload) == kQuestionCount);
  CHECK(static_cast<int>(Question::kUser) == kQuestionCount + 1);
  std::set<std::string_view> texts;
  for (int i = 1; i <= kQuestionCount + 1; ++i)
    texts.insert(question_text(static_cast<Question>(i)));
  CHECK(texts.size() == kQuestionCount + 1);
  CHECK(texts.count("") == 0);
}
