// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/config.hpp"
#include "apache/tls_connection.hpp"
#include "core/rule_book.hpp"

namespace polyauth::apache {

// What the server knows of the device behind a request, at this moment. Made
// for one decision, on the stack.
class ServerDeviceAnswers final : public DeviceAnswers {
public:
  ServerDeviceAnswers(request_rec* r, const DirConfig& config, const Globals& globals) noexcept
      : r_(r), config_(config),
        forms_(config.identity != nullptr ? *config.identity : globals.default_identity) {}

  CertificateState certificate() override;
  Validity validity() override;
  Trust trust() override { return Trust::kNotAsked; }
  Revocation revocation() override { return Revocation::kNotAsked; }
  Identity identity() override;
  AclAnswer acl(const MacAddress& device) override;

private:
  request_rec* r_;
  const DirConfig& config_;
  const IdentityForms& forms_;
  const DeviceCertificate* certificate_ = nullptr; // from question 3 on
};

} // namespace polyauth::apache
