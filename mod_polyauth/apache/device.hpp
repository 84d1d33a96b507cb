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
      : r_(r), config_(config), globals_(globals),
        forms_(config.identity != nullptr ? *config.identity : globals.default_identity) {}

  CertificateState certificate() override;
  Validity validity() override;
  Trust trust() override;
  Revocation revocation() override;
  Identity identity() override;
  AclAnswer acl(const MacAddress& device) override;

private:
  [[nodiscard]] Standing& standing() noexcept {
    return presented_.standing != nullptr ? *presented_.standing : own_standing_;
  }

  request_rec* r_;
  const DirConfig& config_;
  const Globals& globals_;
  const IdentityForms& forms_;
  PresentedCertificate presented_; // with a device from question 3 on
  Standing own_standing_;          // where the connection keeps none
  std::int64_t now_ = 0;           // from question 4 on, seconds since the epoch
};

} // namespace polyauth::apache
