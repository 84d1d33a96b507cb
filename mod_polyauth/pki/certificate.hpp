// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/identity.hpp"
#include "core/result.hpp"
#include "pki/openssl.hpp"

#include <cstdint>
#include <string_view>

// Device certificates by OpenSSL. Knows nothing of connections or httpd.
namespace polyauth {

// What the rule book needs to know of a certificate.
struct Certificate {
  Subject subject;
  std::int64_t not_before = 0; // seconds since the epoch, inclusive
  std::int64_t not_after = 0;  // inclusive (RFC 5280 4.1.2.5)

  [[nodiscard]] bool not_yet_valid_at(std::int64_t now) const noexcept { return now < not_before; }
  [[nodiscard]] bool expired_at(std::int64_t now) const noexcept { return now > not_after; }
};

// Fails if a date or an attribute of the subject cannot be read.
Result<Certificate> read_certificate(const X509* certificate);

// The first certificate of a PEM text.
Result<X509Ptr> parse_pem_certificate(std::string_view pem);

} // namespace polyauth
