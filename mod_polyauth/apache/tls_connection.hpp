// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/config.hpp"
#include "apache/httpd.hpp"
#include "core/identity.hpp"
#include "core/rule_book.hpp"
#include "pki/certificate.hpp"

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

  [[nodiscard]] Identity identity_by(const IdentityForms& wanted) const {
    return &wanted == forms ? identity : wanted.read(facts.subject);
  }
};

// What was learned of a certificate from the live files, and from which version of
// which file: it is true as long as that is the one in force.
struct Standing {
  template <typename Source, typename Answer> struct Learned {
    const Source* source = nullptr;
    std::uint64_t generation = 0;
    Answer answer{};

    [[nodiscard]] bool holds(const Source* asked, std::uint64_t in_force) const noexcept {
      return source == asked && generation == in_force && in_force != 0;
    }
  };
  Learned<TrustSource, std::shared_ptr<const Verdict>> trust;
  Learned<RevocationSource, Revocation> revocation; // of the chain in `revocation_of`
  std::shared_ptr<const Verdict> revocation_of;
  Learned<AclSource, AclAnswer> acl; // on `acl_device`
  MacAddress acl_device{0};
};

struct PresentedCertificate {
  CertificateState state = CertificateState::kNoTls;
  const DeviceCertificate* device = nullptr; // if verified; lives as long as the request
  SSL* ssl = nullptr;                        // of the connection, if mod_ssl has made it
  // Kept from request to request; nullptr where others may ask at the same time.
  Standing* standing = nullptr;
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

// OpenSSL's number for how weak a key or signature may be: that of the connection,
// or OpenSSL's default for servers if there is none. Throws std::bad_alloc.
[[nodiscard]] int security_level(const SSL* ssl);

// Registers the hooks that learn of TLS connections and virtual hosts as they are made.
void register_connection_hooks();

} // namespace polyauth::apache
