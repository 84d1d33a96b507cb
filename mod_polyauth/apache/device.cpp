// SPDX-License-Identifier: Apache-2.0
#include "apache/device.hpp"

namespace polyauth::apache {

CertificateState ServerDeviceAnswers::certificate() {
  const PresentedCertificate presented = presented_certificate(r_, forms_);
  certificate_ = presented.device;
  return presented.state;
}

Validity ServerDeviceAnswers::validity() {
  // The clock now, not when the request line came: a body may take long.
  const std::int64_t now = apr_time_sec(apr_time_now());
  if (certificate_->facts.not_yet_valid_at(now)) return Validity::kNotYetValid;
  if (certificate_->facts.expired_at(now)) return Validity::kExpired;
  return Validity::kValid;
}

Identity ServerDeviceAnswers::identity() { return certificate_->identity_by(forms_); }

AclAnswer ServerDeviceAnswers::acl(const MacAddress& device) {
  if (!config_.acl || *config_.acl == nullptr) return AclAnswer::kNotSet;
  LiveAcl* const live = (*config_.acl)->live;
  const auto snapshot = live != nullptr ? live->current() : nullptr;
  if (!snapshot) return AclAnswer::kUnavailable;
  return snapshot->view.list.consult(device).answer;
}

} // namespace polyauth::apache
