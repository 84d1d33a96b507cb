// SPDX-License-Identifier: Apache-2.0
#include "apache/device.hpp"

namespace polyauth::apache {

CertificateState ServerDeviceAnswers::certificate() {
  presented_ = presented_certificate(r_, forms_);
  return presented_.state;
}

Validity ServerDeviceAnswers::validity() {
  // The clock now, not when the request line came: a body may take long.
  now_ = apr_time_sec(apr_time_now());
  const Certificate& facts = presented_.device->facts;
  if (facts.not_yet_valid_at(now_)) return Validity::kNotYetValid;
  if (!facts.expired_at(now_)) return Validity::kValid;
  // Both where the certificate was accepted and where it is used.
  const bool excused = server_config(r_->server).expired == ExpiredCertificates::kListed &&
                       excuses_expiry(globals_, presented_.ssl) &&
                       config_.trust.value_or(nullptr) != nullptr;
  return excused ? Validity::kExpiredUnlessNamed : Validity::kExpired;
}

Trust ServerDeviceAnswers::trust() {
  const TrustSource* const source = config_.trust.value_or(nullptr);
  if (source == nullptr) return Trust::kNotAsked;
  if (source->live == nullptr) return Trust::kUnavailable;
  auto& known = standing().trust;
  if (!known.holds(source, source->live->generation()) || now_ < known.answer->holds_since ||
      now_ > known.answer->holds_until) {
    const auto snapshot = source->live->current();
    if (!snapshot) return Trust::kUnavailable;
    known = {source, snapshot->generation,
             snapshot->view.judge(presented_.device->certificate.get(),
                                  security_level(presented_.ssl), now_)};
  }
  return known.answer->trusted ? Trust::kTrusted : Trust::kUntrusted;
}

Revocation ServerDeviceAnswers::revocation() {
  const RevocationSource* const source = config_.revocations.value_or(nullptr);
  if (source == nullptr) return Revocation::kNotAsked;
  // Without a trust file nobody knows the chain. A start does not come so far.
  if (config_.trust.value_or(nullptr) == nullptr || source->live == nullptr)
    return Revocation::kUnavailable;
  const auto& verdict = standing().trust.answer;
  auto& known = standing().revocation;
  if (!known.holds(source, source->live->generation()) || standing().revocation_of != verdict) {
    const auto snapshot = source->live->current();
    if (!snapshot) return Revocation::kUnavailable;
    const bool revoked = snapshot->view.first_revoked(verdict->chain).has_value();
    known = {source, snapshot->generation, revoked ? Revocation::kRevoked : Revocation::kGood};
    standing().revocation_of = verdict;
  }
  return known.answer;
}

Identity ServerDeviceAnswers::identity() { return presented_.device->identity_by(forms_); }

AclAnswer ServerDeviceAnswers::acl(const MacAddress& device) {
  const AclSource* const source = config_.acl.value_or(nullptr);
  if (source == nullptr) return AclAnswer::kNotSet;
  if (source->live == nullptr) return AclAnswer::kUnavailable;
  auto& known = standing().acl;
  if (!known.holds(source, source->live->generation()) || standing().acl_device != device) {
    const auto snapshot = source->live->current();
    if (!snapshot) return AclAnswer::kUnavailable;
    known = {source, snapshot->generation, snapshot->view.list.consult(device).answer};
    standing().acl_device = device;
  }
  return known.answer;
}

} // namespace polyauth::apache
