// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/x509.h>

#include <cstdint>
#include <optional>
#include <string>

// Dates and names of certificates and CRLs, and how they are told. Every text is
// printable ASCII on one line, whatever the certificate holds.
namespace polyauth {

// Seconds since the epoch; nothing if it is no date.
[[nodiscard]] std::optional<std::int64_t> seconds_of(const ASN1_TIME* time);

// "CN=Issuing CA 1,O=Maker", cut where it gets long.
[[nodiscard]] std::string name_text(const X509_NAME* name);

// The value of the common name alone where there is exactly one, else name_text().
[[nodiscard]] std::string short_name(const X509_NAME* name);

} // namespace polyauth
