// SPDX-License-Identifier: Apache-2.0
#include "apache/gate/trusted_proxy.hpp"

#include "apache/gate/request_state.hpp"
#include "apache/messages.hpp"
#include "core/ascii.hpp"
#include "pki/client_cert_header.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <iterator>
#include <memory>
#include <utility>

namespace polyauth::apache {

namespace {

constexpr const char* kTrailerFilter = "POLYAUTH_TRAILERS";

// What RFC 9440 names. Gone as well wherever some other name is configured: an application
// may know them.
constexpr std::string_view kWellKnown[] = {"Client-Cert", "Client-Cert-Chain"};

// Whether two names may become one variable in an application: without regard to case,
// and any character that is no letter and no digit like any other ("Client_Cert").
bool is_spelling_of(std::string_view seen, std::string_view name) noexcept {
  return seen.size() == name.size() &&
         std::equal(seen.begin(), seen.end(), name.begin(), [](char a, char b) {
           return ascii::is_alnum(a) ? ascii::to_lower(a) == ascii::to_lower(b)
                                     : !ascii::is_alnum(b);
         });
}

bool is_ours(const Globals& globals, std::string_view seen) noexcept {
  const auto spells = [seen](std::string_view name) { return is_spelling_of(seen, name); };
  return std::any_of(std::begin(kWellKnown), std::end(kWellKnown), spells) ||
         std::any_of(globals.client_cert_headers.begin(), globals.client_cert_headers.end(),
                     spells);
}

// The key of some entry that must go, or nullptr.
const char* find_ours(const Globals& globals, const apr_table_t* table) noexcept {
  const apr_array_header_t* const elements = apr_table_elts(table);
  const auto* const entries = reinterpret_cast<const apr_table_entry_t*>(elements->elts);
  for (int i = 0; i < elements->nelts; ++i)
    if (is_ours(globals, entries[i].key)) return entries[i].key;
  return nullptr;
}

void remove_from(const Globals& globals, apr_table_t* table) noexcept {
  if (table == nullptr) return;
  while (const char* const key = find_ours(globals, table)) apr_table_unset(table, key);
}

void remove_from(const Globals& globals, request_rec* r) noexcept {
  remove_from(globals, r->headers_in);
  remove_from(globals, r->trailers_in);
}

// The other end of the TCP connection, by the socket: some modules write to what httpd
// has made of it.
apr_sockaddr_t* peer_of(const request_rec* r) noexcept {
  conn_rec* const c = r->connection->master != nullptr ? r->connection->master : r->connection;
  apr_socket_t* const socket = ap_get_conn_socket(c);
  apr_sockaddr_t* peer = nullptr;
  if (socket == nullptr || apr_socket_addr_get(&peer, APR_REMOTE, socket) != APR_SUCCESS)
    return nullptr;
  return peer != nullptr && (peer->family == APR_INET || peer->family == APR_INET6) ? peer
                                                                                    : nullptr;
}

bool comes_from_trusted_proxy(const request_rec* r) noexcept {
  const TrustedProxies* const proxies = server_config(r->server).trusted_proxies;
  if (proxies == nullptr) return false;
  apr_sockaddr_t* const peer = peer_of(r);
  return peer != nullptr && std::any_of(proxies->begin(), proxies->end(), [&](apr_ipsubnet_t* net) {
           return apr_ipsubnet_test(net, peer) != 0;
         });
}

// The certificate of the header, on the pool of the client's request; nullptr if it holds
// anything but one that can be read.
const DeviceCertificate* read_header(request_rec* client, const char* value,
                                     const IdentityForms& forms) {
  auto certificate = parse_client_cert_header(value);
  if (!certificate) {
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, client, PA3001 "the client certificate header %s",
                  certificate.error().c_str());
    return nullptr;
  }
  auto facts = read_certificate(certificate->get());
  if (!facts) return nullptr;
  return make_on_pool<std::unique_ptr<const DeviceCertificate>>(
             client->pool, describe_certificate(std::move(*certificate), std::move(*facts), forms))
      ->get();
}

// httpd reads trailers, and may merge them into the headers, at the end of the body, which
// may be read long before a handler answers: by mod_auth_form, or mod_ssl that asks again.
void watch_trailers(request_rec* r) noexcept {
  if (r->main != nullptr) return;
  if (r->connection->master != nullptr ||
      apr_table_get(r->headers_in, "Transfer-Encoding") != nullptr)
    ap_add_input_filter(kTrailerFilter, nullptr, r, r->connection);
}

// Before any other module looks at the headers. httpd comes here again for an internal
// redirect, with the headers of the request before it.
extern "C" int polyauth_take_header(request_rec* r) {
  const Globals& settings = globals(r->server);
  if (settings.client_cert_headers.empty()) return DECLINED;
  const char* const name = server_config(r->server).client_cert_header;
  if (name != nullptr && parent(r) == nullptr)
    if (apr_table_get(r->headers_in, name) != nullptr)
      // Several fields are one value with commas, which no certificate has.
      state_of(r).certificate_header = apr_table_getm(r->pool, r->headers_in, name);
  remove_from(settings, r);
  watch_trailers(r);
  return DECLINED;
}

extern "C" apr_status_t polyauth_drop_trailers(ap_filter_t* f, apr_bucket_brigade* brigade,
                                               ap_input_mode_t mode, apr_read_type_e block,
                                               apr_off_t bytes) {
  const apr_status_t status = ap_get_brigade(f->next, brigade, mode, block, bytes);
  remove_from(globals(f->r->server), f->r);
  return status;
}

// A request that was malformed has been through nothing of the above when httpd answers it.
extern "C" void polyauth_before_error(request_rec* r) {
  const Globals& settings = globals(r->server);
  if (!settings.client_cert_headers.empty()) remove_from(settings, r);
}

// Nor when it is logged.
extern "C" int polyauth_before_logs(request_rec* r) {
  const Globals& settings = globals(r->server);
  if (!settings.client_cert_headers.empty())
    for (; r != nullptr; r = r->next) remove_from(settings, r);
  return DECLINED;
}

} // namespace

Result<apr_ipsubnet_t*> parse_trusted_proxy(apr_pool_t* p, const std::string& word) {
  static constexpr std::string_view kAccepted =
      "accepted are an IP address and a network, as in 192.0.2.10 or 2001:db8:1::/48";
  const std::string seen = '"' + word + "\" ";
  const std::size_t slash = word.find('/');
  const std::string address = word.substr(0, slash);
  in6_addr binary{};
  const bool is_v4 = inet_pton(AF_INET, address.c_str(), &binary) == 1;
  if (!is_v4 && inet_pton(AF_INET6, address.c_str(), &binary) != 1)
    return Error{seen + "is no address; " + std::string(kAccepted)};
  if (!is_v4 && IN6_IS_ADDR_V4MAPPED(&binary))
    return Error{seen + "is an IPv4 address in IPv6's notation; write it as 192.0.2.10"};
  const int most = is_v4 ? 32 : 128;
  int bits = most;
  if (slash != std::string::npos) {
    const char* const end = word.data() + word.size();
    const auto read = std::from_chars(word.data() + slash + 1, end, bits);
    if (read.ec != std::errc() || read.ptr != end || bits < 0 || bits > most)
      return Error{seen + "has no prefix length of 0 to " + std::to_string(most) + "; " +
                   std::string(kAccepted)};
  }
  if (bits == 0)
    return Error{seen + "is everybody, and anybody could send the header; name your balancers"};
  apr_ipsubnet_t* network = nullptr;
  if (apr_ipsubnet_create(&network, address.c_str(), std::to_string(bits).c_str(), p) !=
      APR_SUCCESS)
    return Error{seen + "is no address; " + std::string(kAccepted)};
  return network;
}

std::string complaint_about_header_name(std::string_view name) {
  static constexpr std::string_view kNeeded[] = {
      "Host",    "Connection", "Content-Length", "Content-Type", "Transfer-Encoding", "Trailer",
      "TE",      "Upgrade",    "Expect",         "Range",        "Authorization",     "Cookie",
      "Referer", "User-Agent", "Destination",    "Depth"};
  const std::string seen = '"' + std::string(name) + "\" ";
  const bool is_name = !name.empty() && name.size() <= 64 && ascii::is_letter(name.front()) &&
                       std::all_of(name.begin(), name.end(), [](char c) {
                         return ascii::is_alnum(c) || c == '-' || c == '_';
                       });
  if (!is_name)
    return seen +
           "is no name of a header; accepted are letters, digits, - and _, as in Client-Cert";
  if (std::any_of(std::begin(kNeeded), std::end(kNeeded),
                  [name](std::string_view needed) { return is_spelling_of(name, needed); }))
    return seen + "is a header that httpd needs for something else; write one that carries "
                  "certificates only, as in Client-Cert";
  return {};
}

std::optional<PresentedCertificate> presented_by_proxy(request_rec* r, const IdentityForms& forms) {
  if (!comes_from_trusted_proxy(r)) return std::nullopt;
  request_rec* const client = client_request(r);
  RequestState& state = state_of(client);
  const char* const value = state.certificate_header;
  PresentedCertificate presented;
  presented.from_header = true;
  presented.state = CertificateState::kNone;
  if (value == nullptr || *value == '\0') return presented;
  if (!state.header_was_read) state.header_device = read_header(client, value, forms);
  state.header_was_read = true;
  presented.device = state.header_device;
  presented.state =
      presented.device != nullptr ? CertificateState::kVerified : CertificateState::kUnverified;
  return presented;
}

void register_trusted_proxy_hooks() {
  // These run as early, and read headers.
  static const char* const before[] = {"mod_log_forensic.c", "mod_remoteip.c", "mod_headers.c",
                                       "mod_setenvif.c",     "mod_http2.c",    "mod_security2.c",
                                       "mod_lua.c",          nullptr};
  ap_hook_post_read_request(polyauth_take_header, nullptr, before, APR_HOOK_REALLY_FIRST);
  ap_hook_insert_error_filter(polyauth_before_error, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  ap_hook_log_transaction(polyauth_before_logs, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  // Next to the one that reads the body from the connection.
  ap_register_input_filter(kTrailerFilter, polyauth_drop_trailers, nullptr,
                           static_cast<ap_filter_type>(AP_FTYPE_PROTOCOL - 1));
}

} // namespace polyauth::apache
