// SPDX-License-Identifier: Apache-2.0
#include "apache/tls_connection.hpp"

#include "apache/boundary.hpp"
#include "apache/config.hpp"

#include <atomic>
#include <cstring>
#include <memory>
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
};

// A constant name only: the look-up also answers HTTP_* with client text.
bool variable_is(request_rec* r, const char* name, const char* value) {
  const char* const found = ap_ssl_var_lookup(r->pool, r->server, r->connection, r, name);
  return found != nullptr && std::strcmp(found, value) == 0;
}

std::unique_ptr<DeviceCertificate> read_device_certificate(request_rec* r, X509Ptr certificate,
                                                           const IdentityForms& forms) {
  auto device = std::make_unique<DeviceCertificate>();
  auto facts = read_certificate(certificate.get());
  if (!facts) throw std::runtime_error(facts.error());
  device->certificate = std::move(certificate);
  device->facts = std::move(*facts);
  // The CN as mod_ssl reads it; how often it occurs only the certificate tells.
  const char* const cn =
      ap_ssl_var_lookup(r->pool, r->server, r->connection, r, "SSL_CLIENT_S_DN_CN");
  device->facts.subject[Attribute::kCn].first = cn != nullptr ? cn : "";
  device->forms = &forms;
  device->identity = forms.read(device->facts.subject);
  return device;
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

extern "C" int polyauth_pre_handshake(conn_rec* c, SSL* ssl, int is_proxy) {
  if (is_proxy) return OK;
  return guarded(c->base_server, HTTP_INTERNAL_SERVER_ERROR, [&] {
    ap_set_module_config(c->conn_config, &polyauth_module,
                         make_on_pool<TlsConnection>(c->pool, ssl));
    return OK;
  });
}

} // namespace

PresentedCertificate presented_certificate(request_rec* r, const IdentityForms& forms) {
  const conn_rec* const c =
      r->connection->master != nullptr ? r->connection->master : r->connection;
  auto* const tls =
      static_cast<TlsConnection*>(ap_get_module_config(c->conn_config, &polyauth_module));
  if (tls == nullptr) return presented_by_variables(r, forms);
  X509* const peer = SSL_get0_peer_certificate(tls->ssl());
  if (peer == nullptr) return {CertificateState::kNone, nullptr};
  const DeviceCertificate* const known = tls->known();
  if (known != nullptr && known->certificate.get() == peer &&
      SSL_get_verify_result(tls->ssl()) == X509_V_OK)
    return {CertificateState::kVerified, known};
  if (!variable_is(r, "SSL_CLIENT_VERIFY", "SUCCESS"))
    return {CertificateState::kUnverified, nullptr};
  X509_up_ref(peer);
  return {CertificateState::kVerified,
          tls->keep(read_device_certificate(r, X509Ptr(peer), forms), r)};
}

void register_connection_hooks() {
  APR_OPTIONAL_HOOK(ssl, pre_handshake, polyauth_pre_handshake, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace polyauth::apache
