// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"
#include "core/identity.hpp"
#include "core/rule_book.hpp"
#include "pki/certificate.hpp"

// What a connection says of its client certificate. Reads; decides nothing.
namespace polyauth::apache {

// A verified client certificate and what was read of it. Immutable.
struct DeviceCertificate {
  X509Ptr certificate; // held, so that its address cannot be another's
  Certificate facts;
  const IdentityForms* forms = nullptr; // that `identity` was read with
  Identity identity = IdentityFault::kMissing;

  [[nodiscard]] Identity identity_by(const IdentityForms& wanted) const {
    return &wanted == forms ? identity : wanted.read(facts.subject);
  }
};

struct PresentedCertificate {
  CertificateState state = CertificateState::kNoTls;
  const DeviceCertificate* device = nullptr; // if verified; lives as long as the request
};

// How the client of this request is known now. Renegotiation and post-handshake
// authentication may change it during a connection, so it is asked in each
// request; while the certificate is the same object, what was read of it is
// reused. `forms` are those that the caller will want. Throws if a verified
// certificate cannot be read.
[[nodiscard]] PresentedCertificate presented_certificate(request_rec* r,
                                                         const IdentityForms& forms);

// Registers the hook that learns of TLS connections as they are made.
void register_connection_hooks();

} // namespace polyauth::apache
