// SPDX-License-Identifier: Apache-2.0
#include "apache/gate/device.hpp"

#include <algorithm>
#include <utility>

namespace polyauth::apache {

namespace {

// The generation in force, 0 if there is none; 0 as well where no file is asked for.
template <typename Source> std::uint64_t generation_of(const Source* source) noexcept {
  return source != nullptr && source->live != nullptr ? source->live->generation() : 0;
}

} // namespace

bool ServerDeviceAnswers::holds(const Admission& admission) const noexcept {
  return admission.since <= now_ && now_ <= admission.until && admission.forms == &forms_ &&
         admission.trust == trust_source_ && admission.revocations == revocation_source_ &&
         admission.acl == acl_source_ &&
         admission.trust_generation == generation_of(trust_source_) &&
         admission.revocations_generation == generation_of(revocation_source_) &&
         admission.acl_generation == generation_of(acl_source_);
}

std::optional<MacAddress> ServerDeviceAnswers::admitted() {
  presented_ = presented_certificate(r_, forms_);
  // The clock now, not when the request line came: a body may take long.
  now_ = apr_time_sec(apr_time_now());
  if (presented_.admissions == nullptr) return std::nullopt;
  const auto& [last, other] = *presented_.admissions;
  if (holds(last)) return last.device;
  if (holds(other)) return other.device;
  return std::nullopt;
}

CertificateState ServerDeviceAnswers::certificate() {
  found_.emplace();
  // Nobody but the trust file verifies what a balancer hands on.
  if (presented_.from_header && trust_source_ == nullptr &&
      presented_.state == CertificateState::kVerified)
    return CertificateState::kUnverified;
  // What mod_ssl says of a resumed session is no verification then, and without a trust
  // file there is no other.
  if (globals_.has_optional_no_ca && trust_source_ == nullptr && presented_.ssl != nullptr &&
      SSL_session_reused(presented_.ssl) != 0 && presented_.state == CertificateState::kVerified)
    return CertificateState::kUnverified;
  return presented_.state;
}

Validity ServerDeviceAnswers::validity() {
  const Certificate& facts = presented_.device->facts;
  if (facts.not_yet_valid_at(now_)) return Validity::kNotYetValid;
  found_->admission.since = facts.not_before;
  found_->admission.until = facts.not_after;
  if (!facts.expired_at(now_)) return Validity::kValid;
  // Both where the certificate was accepted and where it is used.
  const bool excused = server_config(r_->server).expired == ExpiredCertificates::kListed &&
                       excuses_expiry(globals_, presented_.ssl) && trust_source_ != nullptr;
  return excused ? Validity::kExpiredUnlessNamed : Validity::kExpired;
}

Trust ServerDeviceAnswers::trust() {
  if (trust_source_ == nullptr) return Trust::kNotAsked;
  const auto snapshot = trust_source_->live != nullptr ? trust_source_->live->current() : nullptr;
  if (!snapshot) return Trust::kUnavailable;
  const int level = presented_.ssl != nullptr ? SSL_get_security_level(presented_.ssl)
                                              : globals_.default_security_level;
  auto& [verdict, admission] = *found_;
  verdict = snapshot->view.judge(presented_.device->certificate.get(), level, now_);
  admission.trust_generation = snapshot->generation;
  admission.since = std::max(admission.since, verdict->holds_since);
  admission.until = std::min(admission.until, verdict->holds_until);
  return verdict->trusted ? Trust::kTrusted : Trust::kUntrusted;
}

Revocation ServerDeviceAnswers::revocation() {
  if (revocation_source_ == nullptr) return Revocation::kNotAsked;
  // Without a trust file nobody knows the chain. A start does not come so far.
  const auto snapshot = found_->verdict && revocation_source_->live != nullptr
                            ? revocation_source_->live->current()
                            : nullptr;
  if (!snapshot) return Revocation::kUnavailable;
  found_->admission.revocations_generation = snapshot->generation;
  return snapshot->view.first_revoked(found_->verdict->chain) ? Revocation::kRevoked
                                                              : Revocation::kGood;
}

Identity ServerDeviceAnswers::identity() { return presented_.device->identity_by(forms_); }

AclAnswer ServerDeviceAnswers::acl(const MacAddress& device) {
  AclAnswer answer = AclAnswer::kNotSet;
  if (acl_source_ != nullptr) {
    const auto snapshot = acl_source_->live != nullptr ? acl_source_->live->current() : nullptr;
    if (!snapshot) return AclAnswer::kUnavailable;
    found_->admission.acl_generation = snapshot->generation;
    answer = snapshot->view.list.consult(device).answer;
  }
  // The last question about the device: all before were answered with yes.
  if (answer == AclAnswer::kNotSet || answer == AclAnswer::kAdmitted ||
      answer == AclAnswer::kAdmittedByName)
    keep_admission(device);
  return answer;
}

void ServerDeviceAnswers::keep_admission(const MacAddress& device) noexcept {
  Admission& admission = found_->admission;
  // Out of its time a certificate is asked about again each time.
  if (presented_.admissions == nullptr || now_ > admission.until) return;
  admission.forms = &forms_;
  admission.trust = trust_source_;
  admission.revocations = revocation_source_;
  admission.acl = acl_source_;
  admission.device = device;
  Admissions& kept = *presented_.admissions;
  std::swap(kept[0], kept[1]);
  kept[0] = admission;
}

void ServerDeviceAnswers::write_text(const MacAddress& device,
                                     std::span<char, 13> to) const noexcept {
  const auto* const known = std::get_if<MacAddress>(&presented_.device->identity);
  const MacAddress::Text text =
      known != nullptr && *known == device ? presented_.device->identity_text : device.text();
  std::copy(text.begin(), text.end(), to.begin());
  to.back() = '\0';
}

} // namespace polyauth::apache
