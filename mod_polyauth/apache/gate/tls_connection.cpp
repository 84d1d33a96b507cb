// SPDX-License-Identifier: Apache-2.0
#include "apache/gate/tls_connection.hpp"

#include "apache/boundary.hpp"
#include "apache/config.hpp"
#include "apache/gate/trusted_proxy.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>

namespace polyauth::apache {

namespace {

// A TLS connection that mod_ssl has made. Lives on the connection's pool. Under
// HTTP/2 many requests read it at the same time.
class TlsConnection {
public:
  explicit TlsConnection(SSL* ssl) noexcept : ssl_(ssl) { SSL_up_ref(ssl); }
  TlsConnection(const TlsConnection&) = delete;
  TlsConnection& operator=(const TlsConnection&) = delete;
  ~TlsConnection() {
    delete known_.load(std::memory_order_acquire);
    SSL_free(ssl_); // held: a worker of HTTP/2 may outlast mod_ssl's own use of it
  }

  [[nodiscard]] SSL* ssl() const noexcept { return ssl_; }

  // Of the certificate that is known; the streams of HTTP/2 have none in common.
  [[nodiscard]] Admissions* admissions(const request_rec* r) noexcept {
    return r->connection->master == nullptr ? &admissions_ : nullptr;
  }
  [[nodiscard]] const DeviceCertificate* known() const noexcept {
    return known_.load(std::memory_order_acquire);
  }

  // Keeps what was read of the certificate. The object that it replaces is of a
  // certificate that a renegotiation has replaced; HTTP/2 knows neither, so
  // nobody else can be reading it. Of two requests that race for the first
  // place, one keeps its own for as long as it lasts.
  const DeviceCertificate* keep(std::unique_ptr<const DeviceCertificate> certificate,
                                request_rec* r) {
    const DeviceCertificate* expected = nullptr;
    if (r->connection->master == nullptr) {
      admissions_ = {};
      delete known_.exchange(certificate.get(), std::memory_order_acq_rel);
      return certificate.release();
    }
    if (known_.compare_exchange_strong(expected, certificate.get(), std::memory_order_acq_rel))
      return certificate.release();
    return keep_for_request(std::move(certificate), r);
  }

  static const DeviceCertificate*
  keep_for_request(std::unique_ptr<const DeviceCertificate> certificate, request_rec* r) {
    return make_on_pool<std::unique_ptr<const DeviceCertificate>>(r->pool, std::move(certificate))
        ->get();
  }

private:
  SSL* ssl_;
  std::atomic<const DeviceCertificate*> known_{nullptr};
  Admissions admissions_;
};

// The connection that mod_ssl has made for a request, or nullptr.
TlsConnection* tls_connection(const request_rec* r) noexcept {
  const conn_rec* const c =
      r->connection->master != nullptr ? r->connection->master : r->connection;
  return static_cast<TlsConnection*>(ap_get_module_config(c->conn_config, &polyauth_module));
}

// A constant name only: the look-up also answers HTTP_* with client text.
bool variable_is(request_rec* r, const char* name, const char* value) {
  const char* const found = ap_ssl_var_lookup(r->pool, r->server, r->connection, r, name);
  return found != nullptr && std::strcmp(found, value) == 0;
}

std::unique_ptr<DeviceCertificate> read_device_certificate(request_rec* r, X509Ptr certificate,
                                                           const IdentityForms& forms) {
  auto facts = read_certificate(certificate.get());
  if (!facts) throw std::runtime_error(facts.error());
  // The CN as mod_ssl reads it; how often it occurs only the certificate tells.
  const char* const cn =
      ap_ssl_var_lookup(r->pool, r->server, r->connection, r, "SSL_CLIENT_S_DN_CN");
  facts->subject[Attribute::kCn].first = cn != nullptr ? cn : "";
  return describe_certificate(std::move(certificate), std::move(*facts), forms);
}

// A provider of TLS other than mod_ssl, of which we know only the variables.
PresentedCertificate presented_by_variables(request_rec* r, const IdentityForms& forms) {
  if (!ap_ssl_conn_is_ssl(r->connection)) return {CertificateState::kNoTls, nullptr};
  const char* const pem =
      ap_ssl_var_lookup(r->pool, r->server, r->connection, r, "SSL_CLIENT_CERT");
  if (pem == nullptr || *pem == '\0') return {CertificateState::kNone, nullptr};
  if (!variable_is(r, "SSL_CLIENT_VERIFY", "SUCCESS"))
    return {CertificateState::kUnverified, nullptr};
  auto certificate = parse_pem_certificate(pem);
  if (!certificate) throw std::runtime_error(certificate.error());
  return {CertificateState::kVerified,
          TlsConnection::keep_for_request(
              read_device_certificate(r, std::move(*certificate), forms), r)};
}

[[gnu::cold, gnu::noinline]] PresentedCertificate
look_at_certificate(request_rec* r, TlsConnection* tls, const IdentityForms& forms) {
  if (tls == nullptr) return presented_by_variables(r, forms);
  X509* const peer = SSL_get0_peer_certificate(tls->ssl());
  if (peer == nullptr) return {CertificateState::kNone, nullptr};
  if (!variable_is(r, "SSL_CLIENT_VERIFY", "SUCCESS"))
    return {CertificateState::kUnverified, nullptr};
  X509_up_ref(peer);
  const DeviceCertificate* const device =
      tls->keep(read_device_certificate(r, X509Ptr(peer), forms), r);
  return {CertificateState::kVerified, device, tls->ssl(), tls->admissions(r)};
}

// Stands before mod_ssl's own callback: that the leaf has expired is no error here,
// all else is as OpenSSL finds it.
extern "C" int polyauth_excuse_expired_leaf(int ok, X509_STORE_CTX* context) {
  if (ok == 0 && X509_STORE_CTX_get_error_depth(context) == 0 &&
      X509_STORE_CTX_get_error(context) == X509_V_ERR_CERT_HAS_EXPIRED) {
    X509_STORE_CTX_set_error(context, X509_V_OK);
    ok = 1;
  }
  auto* const ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  SSL_verify_cb const next = ssl != nullptr ? SSL_get_verify_callback(ssl) : nullptr;
  return next != nullptr ? next(ok, context) : ok;
}

extern "C" int polyauth_verify_excusing_expiry(X509_STORE_CTX* context, void*) {
  X509_STORE_CTX_set_verify_cb(context, polyauth_excuse_expired_leaf);
  return X509_verify_cert(context);
}

extern "C" int polyauth_init_server(server_rec* s, apr_pool_t*, int is_proxy, SSL_CTX* context) {
  const ServerConfig& config = server_config(s);
  if (is_proxy || config.expired != ExpiredCertificates::kListed) return OK;
  return guarded(s, HTTP_INTERNAL_SERVER_ERROR, [&] {
    config.globals->listed_contexts.push_back(context);
    SSL_CTX_set_cert_verify_callback(context, polyauth_verify_excusing_expiry, nullptr);
    return OK;
  });
}

extern "C" int polyauth_pre_handshake(conn_rec* c, SSL* ssl, int is_proxy) {
  if (is_proxy) return OK;
  return guarded(c->base_server, HTTP_INTERNAL_SERVER_ERROR, [&] {
    ap_set_module_config(c->conn_config, &polyauth_module,
                         make_on_pool<TlsConnection>(c->pool, ssl));
    return OK;
  });
}

} // namespace

std::unique_ptr<DeviceCertificate> describe_certificate(X509Ptr certificate, Certificate facts,
                                                        const IdentityForms& forms) {
  auto device = std::make_unique<DeviceCertificate>();
  device->certificate = std::move(certificate);
  device->facts = std::move(facts);
  device->forms = &forms;
  device->identity = forms.read(device->facts.subject);
  if (const auto* mac = std::get_if<MacAddress>(&device->identity))
    device->identity_text = mac->text();
  return device;
}

namespace {

PresentedCertificate presented_by_connection(request_rec* r, const IdentityForms& forms) {
  TlsConnection* const tls = tls_connection(r);
  // Nearly always the certificate that it was before.
  if (tls != nullptr)
    if (const DeviceCertificate* const known = tls->known();
        known != nullptr && known->certificate.get() == SSL_get0_peer_certificate(tls->ssl()) &&
        SSL_get_verify_result(tls->ssl()) == X509_V_OK)
      return {CertificateState::kVerified, known, tls->ssl(), tls->admissions(r)};
  return look_at_certificate(r, tls, forms);
}

[[gnu::cold, gnu::noinline]] PresentedCertificate
presented_behind_proxies(request_rec* r, const IdentityForms& forms) {
  if (const auto presented = presented_by_proxy(r, forms)) return *presented;
  return presented_by_connection(r, forms);
}

} // namespace

PresentedCertificate presented_certificate(request_rec* r, const IdentityForms& forms) {
  return server_config(r->server).trusted_proxies == nullptr ? presented_by_connection(r, forms)
                                                             : presented_behind_proxies(r, forms);
}

bool excuses_expiry(const Globals& globals, const SSL* ssl) noexcept {
  const auto& listed = globals.listed_contexts;
  if (listed.empty() || ssl == nullptr) return false;
  return SSL_session_reused(ssl) != 0 ||
         std::find(listed.begin(), listed.end(), SSL_get_SSL_CTX(ssl)) != listed.end();
}

bool rides_on_expired_certificate(const request_rec* r) noexcept {
  const TlsConnection* const tls = tls_connection(r);
  if (tls == nullptr || !excuses_expiry(globals(r->server), tls->ssl())) return false;
  const X509* const peer = SSL_get0_peer_certificate(tls->ssl());
  if (peer == nullptr) return false;
  const std::int64_t now = apr_time_sec(apr_time_now());
  if (const DeviceCertificate* const known = tls->known();
      known != nullptr && known->certificate.get() == peer)
    return known->facts.expired_at(now);
  // -1: before now; -2: cannot be compared, which is no better.
  return ASN1_TIME_cmp_time_t(X509_get0_notAfter(peer), now) < 0;
}

int default_security_level() {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> fresh(SSL_CTX_new(TLS_server_method()),
                                                           SSL_CTX_free);
  if (!fresh) throw std::bad_alloc();
  return SSL_CTX_get_security_level(fresh.get());
}

void register_connection_hooks() {
  APR_OPTIONAL_HOOK(ssl, init_server, polyauth_init_server, nullptr, nullptr, APR_HOOK_MIDDLE);
  APR_OPTIONAL_HOOK(ssl, pre_handshake, polyauth_pre_handshake, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace polyauth::apache
