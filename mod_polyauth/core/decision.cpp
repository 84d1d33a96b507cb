// SPDX-License-Identifier: Apache-2.0
#include "core/decision.hpp"

namespace polyauth {

std::string_view question_text(Question question) noexcept {
  // No default: a new question must not compile until someone words it.
  switch (question) {
  case Question::kTls: return "the connection is TLS";
  case Question::kCertificate: return "a client certificate was presented";
  case Question::kVerified: return "the certificate was verified";
  case Question::kValidity: return "it is within its validity now";
  case Question::kTrust: return "its chain ends in an anchor of the trust file";
  case Question::kRevocation: return "neither it nor a CA of its chain is revoked";
  case Question::kIdentity: return "it yields exactly one MAC";
  case Question::kUnicast: return "the MAC is a unicast address and no placeholder";
  case Question::kAcl: return "the ACL admits the device";
  case Question::kMethod: return "phones use the method";
  case Question::kCleanText: return "the text can be read in one way only";
  case Question::kForeign: return "every MAC in the request is the device's own";
  case Question::kOwnOrShared: return "the resource is its own or shared";
  case Question::kSharedReadOnly: return "a shared file is only read";
  case Question::kUpload: return "what is stored is on the upload list and its own";
  case Question::kUser: return "user and password are the device's where asked";
  }
  return "";
}

std::string_view slug(Reason reason) noexcept {
  // No default: a new reason must not compile until someone gives it a slug.
  switch (reason) {
  case Reason::kNoTls: return "no-tls";
  case Reason::kNoCertificate: return "no-certificate";
  case Reason::kCertificateUnverified: return "certificate-unverified";
  case Reason::kCertificateExpired: return "certificate-expired";
  case Reason::kCertificateNotYetValid: return "certificate-not-yet-valid";
  case Reason::kIssuerUntrusted: return "issuer-untrusted";
  case Reason::kCertificateRevoked: return "certificate-revoked";
  case Reason::kIdentityMissing: return "identity-missing";
  case Reason::kIdentityMultiple: return "identity-multiple";
  case Reason::kIdentityMalformed: return "identity-malformed";
  case Reason::kAclDenied: return "acl-denied";
  case Reason::kAclUnlisted: return "acl-unlisted";
  case Reason::kAclUnavailable: return "acl-unavailable";
  case Reason::kMethodRefused: return "method-refused";
  case Reason::kPathUnsafe: return "path-unsafe";
  case Reason::kMacForeign: return "mac-foreign";
  case Reason::kMacMissing: return "mac-missing";
  case Reason::kSharedReadOnly: return "shared-read-only";
  case Reason::kUploadRefused: return "upload-refused";
  case Reason::kUserNotDevice: return "user-not-device";
  case Reason::kInternalError: return "internal-error";
  case Reason::kOwnFile: return "own-file";
  case Reason::kSharedFile: return "shared-file";
  case Reason::kDevice: return "device";
  }
  return "internal-error";
}

std::optional<Reason> parse_reason(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kReasonCount; ++i)
    if (slug(static_cast<Reason>(i)) == text) return static_cast<Reason>(i);
  return std::nullopt;
}

} // namespace polyauth
