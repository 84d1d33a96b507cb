// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "pki/openssl.hpp"
#include "pki/revocation_image.hpp"

#include <span>

// One CRL by itself. Knows neither the file it stands in nor its issuer.
namespace polyauth {

// What counts of a CRL.
struct Crl {
  CrlVersion version;
  std::optional<std::int64_t> next_update;
  std::vector<std::string> serials; // revoked, as serial_of() writes them
  // DER of each name of the distribution point that it names as its own (RFC 5280, 5.2.5), none
  // if none: an issuer that has several may have put other certificates into the other CRLs.
  std::vector<std::string> distribution_points;
};

// A CRL that takes up all the bytes.
Result<CrlPtr> parse_crl(std::span<const unsigned char> der);

// Refuses what is no full CRL of its issuer, or holds something critical that is
// not understood: then it is not known what it says. `crl` is only const in spirit.
Result<Crl> read_crl(X509_CRL* crl);

// The digest that its signature is made of; NID_undef if there is none by itself.
[[nodiscard]] int signature_digest(const X509_CRL* crl);

// "number 6 of 2026-01-02T03:04:05Z"
[[nodiscard]] std::string version_text(const CrlVersion& version);

enum class CrlOrder : std::uint8_t { kEarlier, kSame, kLater, kContradictory };

// How one CRL of an issuer stands to another: by number and thisUpdate, which must
// not say the contrary of each other; by thisUpdate alone where a number is missing.
[[nodiscard]] CrlOrder compare(const CrlVersion& one, const CrlVersion& other) noexcept;

} // namespace polyauth
