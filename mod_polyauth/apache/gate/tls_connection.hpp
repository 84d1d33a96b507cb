// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/config.hpp"
#include "apache/httpd.hpp"
#include "core/identity.hpp"
#include "core/rule_book.hpp"
#include "pki/certificate.hpp"

#include <array>
#include <cstdint>
#include <memory>

// What a connection says of its client certificate. Reads; decides nothing.
namespace polyauth::apache {

// A verified client certificate and what was read of it. Immutable.
struct DeviceCertificate {
  X509Ptr certificate; // held, so that its address cannot be another's
  Certificate facts;
  const IdentityForms* forms = nullptr; // that `identity` was read with
  Identity identity = IdentityFault::kMissing;
  MacAddress::Text identity_text{}; // of an address

  [[nodiscard]] Identity identity_by(const IdentityForms& wanted) const {
    return &wanted == forms ? identity : wanted.read(facts.subject);
  }
};

// That a certificate was good for the questions about the device: by which settings,
// from which versions of the files, and for how long by the clock.
struct Admission {
  const IdentityForms* forms = nullptr;
  const TrustSource* trust = nullptr;
  const RevocationSource* revocations = nullptr;
  const AclSource* acl = nullptr;
  std::uint64_t trust_generation = 0;
  std::uint64_t revocations_generation = 0;
  std::uint64_t acl_generation = 0;
  std::int64_t since = 1; // both inclusive; none yet
  std::int64_t until = 0;
  MacAddress device{0};
};

// The last ones of a connection. Two, for a phone goes to and fro between its own
// files and the firmware, which may stand in a section of another kind.
using Admissions = std::array<Admission, 2>;

// What the rule book may ask of a certificate, with the identity by these forms.
[[nodiscard]] std::unique_ptr<DeviceCertificate>
describe_certificate(X509Ptr certificate, Certificate facts, const IdentityForms& forms);

struct PresentedCertificate {
  CertificateState state = CertificateState::kNoTls;
  const DeviceCertificate* device = nullptr; // if verified; lives as long as the request
  SSL* ssl = nullptr;                        // of the connection, if mod_ssl has made it
  // Of the certificate, kept from request to request; nullptr where others may ask at
  // the same time.
  Admissions* admissions = nullptr;
  // By a balancer and not by a connection: nobody has verified it yet.
  bool from_header = false;
};

// How the client of this request is known now. Renegotiation and post-handshake
// authentication may change it during a connection, so it is asked in each
// request; while the certificate is the same object, what was read of it is
// reused. `forms` are those that the caller will want. Throws if a verified
// certificate cannot be read.
[[nodiscard]] PresentedCertificate presented_certificate(request_rec* r,
                                                         const IdentityForms& forms);

// Whether the handshake of this connection may have accepted an expired certificate
// because of PolyAuthExpiredCertificates listed, in the virtual host that the
// client named by SNI. Of a resumed session nobody can tell where it began.
[[nodiscard]] bool excuses_expiry(const Globals& globals, const SSL* ssl) noexcept;

// Whether the request comes with a certificate whose time is over, and which was
// accepted for that reason alone.
[[nodiscard]] bool rides_on_expired_certificate(const request_rec* r) noexcept;

// OpenSSL's number for how weak a key or signature may be, by default and for servers.
// Throws std::bad_alloc.
[[nodiscard]] int default_security_level();

// Registers the hooks that learn of TLS connections and virtual hosts as they are made.
void register_connection_hooks();

} // namespace polyauth::apache
