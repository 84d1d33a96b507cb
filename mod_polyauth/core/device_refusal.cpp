// SPDX-License-Identifier: Apache-2.0
#include "core/device_refusal.hpp"

namespace polyauth {

std::optional<Reason> refusal_of(CertificateState state) noexcept {
  switch (state) {
  case CertificateState::kNoTls: return Reason::kNoTls;
  case CertificateState::kNone: return Reason::kNoCertificate;
  case CertificateState::kUnverified: return Reason::kCertificateUnverified;
  case CertificateState::kVerified: return std::nullopt;
  }
  return Reason::kInternalError;
}

std::optional<Reason> refusal_of(Validity validity) noexcept {
  switch (validity) {
  case Validity::kValid:
  case Validity::kExpiredUnlessNamed: return std::nullopt;
  case Validity::kNotYetValid: return Reason::kCertificateNotYetValid;
  case Validity::kExpired: return Reason::kCertificateExpired;
  }
  return Reason::kInternalError;
}

std::optional<Reason> refusal_of(Trust trust) noexcept {
  switch (trust) {
  case Trust::kNotAsked:
  case Trust::kTrusted: return std::nullopt;
  case Trust::kUntrusted: return Reason::kIssuerUntrusted;
  case Trust::kUnavailable: return Reason::kInternalError;
  }
  return Reason::kInternalError;
}

std::optional<Reason> refusal_of(Revocation revocation) noexcept {
  switch (revocation) {
  case Revocation::kNotAsked:
  case Revocation::kGood: return std::nullopt;
  case Revocation::kRevoked: return Reason::kCertificateRevoked;
  case Revocation::kUnavailable: return Reason::kInternalError;
  }
  return Reason::kInternalError;
}

Reason refusal_of(IdentityFault fault) noexcept {
  switch (fault) {
  case IdentityFault::kMissing: return Reason::kIdentityMissing;
  case IdentityFault::kMultiple: return Reason::kIdentityMultiple;
  case IdentityFault::kMalformed: return Reason::kIdentityMalformed;
  }
  return Reason::kInternalError;
}

std::optional<Reason> refusal_of(AclAnswer answer) noexcept {
  switch (answer) {
  case AclAnswer::kNotSet:
  case AclAnswer::kAdmitted:
  case AclAnswer::kAdmittedByName: return std::nullopt;
  case AclAnswer::kDenied: return Reason::kAclDenied;
  case AclAnswer::kUnlisted: return Reason::kAclUnlisted;
  case AclAnswer::kUnavailable: return Reason::kAclUnavailable;
  }
  return Reason::kInternalError;
}

} // namespace polyauth
