// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "pki/openssl.hpp"

#include <cstddef>
#include <string_view>

// The header in which a balancer that ends TLS hands on the client's certificate.
namespace polyauth {

// More than any certificate of a phone needs; httpd's LimitRequestFieldSize is 8190.
inline constexpr std::size_t kMaxClientCertHeader = 16 * 1024;

// The one certificate of a header value, which is one of
//     :base64 of the DER:        RFC 9440, Client-Cert: a byte sequence, no parameters
//     URL-encoded PEM            nginx, $ssl_client_escaped_cert
// and nothing else: a second value, white space, a raw line of PEM, base64 that is not
// canonical, and bytes before or behind the certificate are errors. Nothing of it is
// verified. No error repeats what was sent.
[[nodiscard]] Result<X509Ptr> parse_client_cert_header(std::string_view value);

} // namespace polyauth
