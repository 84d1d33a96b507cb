// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/x509.h>

#include <array>
#include <cstddef>
#include <string>

namespace polyauth {

// SHA-256 over an issuer's subject name (DER) and SubjectPublicKeyInfo (DER): which
// key vouches under which name, not which certificate carries it.
using IssuerKey = std::array<std::byte, 32>;

// The key of which nothing is known. No CRL is filed under it.
inline constexpr IssuerKey kUnknownIssuer{};

// Throws std::bad_alloc.
[[nodiscard]] IssuerKey issuer_key_of(const X509* issuer);

// One certificate of a chain, as revocation asks for it.
struct ChainLink {
  IssuerKey issuer;    // who signed it
  std::string serial;  // as serial_of() writes it
  std::string subject; // printable, on one line
};

} // namespace polyauth
