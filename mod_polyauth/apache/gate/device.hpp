// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/config.hpp"
#include "apache/gate/tls_connection.hpp"
#include "core/rule_book.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace polyauth::apache {

// What the server knows of the device behind a request, at this moment. Made
// for one decision, on the stack.
class ServerDeviceAnswers final : public DeviceAnswers {
public:
  ServerDeviceAnswers(request_rec* r, const DirConfig& config, const Globals& globals) noexcept
      : r_(r), globals_(globals),
        forms_(config.identity != nullptr ? *config.identity : globals.default_identity),
        trust_source_(config.trust.value_or(nullptr)),
        revocation_source_(config.revocations.value_or(nullptr)),
        acl_source_(config.acl.value_or(nullptr)) {}

  std::optional<MacAddress> admitted() override;
  CertificateState certificate() override;
  Validity validity() override;
  Trust trust() override;
  Revocation revocation() override;
  Identity identity() override;
  AclAnswer acl(const MacAddress& device) override;

  // The canonical form of the device that they have led to, with a NUL.
  void write_text(const MacAddress& device, std::span<char, 13> to) const noexcept;

private:
  [[nodiscard]] bool holds(const Admission& admission) const noexcept;
  void keep_admission(const MacAddress& device) noexcept;

  request_rec* r_;
  const Globals& globals_;
  const IdentityForms& forms_;
  const TrustSource* trust_source_;
  const RevocationSource* revocation_source_;
  const AclSource* acl_source_;
  PresentedCertificate presented_; // with a device from question 3 on
  std::int64_t now_ = 0;           // seconds since the epoch, from the first question on
  // What the answers so far rest on; from question 1 on.
  struct Findings {
    std::shared_ptr<const Verdict> verdict; // from question 5 on, if there is a trust file
    Admission admission;
  };
  std::optional<Findings> found_;
};

} // namespace polyauth::apache
