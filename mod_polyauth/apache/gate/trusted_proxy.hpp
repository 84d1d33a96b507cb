// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/config.hpp"
#include "apache/gate/tls_connection.hpp"
#include "apache/httpd.hpp"
#include "core/result.hpp"

#include <optional>
#include <string>
#include <string_view>

// Balancers that end TLS for the phones: who they are, what they say of a phone's
// certificate, and that nobody else ever reads it.
namespace polyauth::apache {

// An address or CIDR. Fails on names, on other notations of a network, and on everybody.
[[nodiscard]] Result<apr_ipsubnet_t*> parse_trusted_proxy(apr_pool_t* p, const std::string& word);

// What is wrong with a name for the header; empty if nothing is.
[[nodiscard]] std::string complaint_about_header_name(std::string_view name);

// What the balancer says of the client's certificate, in the virtual host of the request;
// nothing if it has none or the TCP peer is not one of them. What mod_remoteip has made of
// the client's address is not looked at. That a certificate is "verified" means here that
// the header holds exactly one; only a trust file can verify it.
[[nodiscard]] std::optional<PresentedCertificate> presented_by_proxy(request_rec* r,
                                                                     const IdentityForms& forms);

// Registers the hooks that take the header out of every request, and keep its value. Only
// PolyAuthClientCertHeader needs them.
void register_trusted_proxy_hooks();

} // namespace polyauth::apache
