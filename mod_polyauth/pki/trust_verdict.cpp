// SPDX-License-Identifier: Apache-2.0
#include "pki/asn1.hpp"
#include "pki/serial.hpp"
#include "pki/trust_file.hpp"
#include "pki/trust_image.hpp"
#include "pki/verdict_cache.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <limits>

namespace polyauth {

// The dates of the leaf are asked about elsewhere (question 4), those of its CAs
// are not excused by anything.
extern "C" {
static int polyauth_excuse_leaf_dates(int good, X509_STORE_CTX* context) {
  if (good != 0) return good;
  const int error = X509_STORE_CTX_get_error(context);
  if (X509_STORE_CTX_get_error_depth(context) != 0 ||
      (error != X509_V_ERR_CERT_HAS_EXPIRED && error != X509_V_ERR_CERT_NOT_YET_VALID))
    return 0;
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}
}

namespace {

using ContextPtr = std::unique_ptr<X509_STORE_CTX, Free<X509_STORE_CTX_free>>;

X509Stack new_stack() {
  X509Stack stack(sk_X509_new_null());
  if (!stack) throw std::bad_alloc();
  return stack;
}

void push(const X509Stack& stack, X509* certificate) {
  if (sk_X509_push(stack.get(), certificate) <= 0) throw std::bad_alloc();
}

bool signed_by(X509* subject, X509* issuer) {
  const bool yes = X509_check_issued(issuer, subject) == X509_V_OK &&
                   X509_verify(subject, X509_get0_pubkey(issuer)) == 1;
  ERR_clear_error();
  return yes;
}

VerdictCache::Key key_of(const X509* leaf, int security_level) {
  const std::vector<unsigned char> der = der_of<X509>(leaf, i2d_X509);
  VerdictCache::Key key(der.begin(), der.end());
  key.push_back(static_cast<char>(security_level));
  return key;
}

std::string problem_of(X509_STORE_CTX* context) {
  std::string problem = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
  problem += " at depth " + std::to_string(X509_STORE_CTX_get_error_depth(context));
  if (const X509* const certificate = X509_STORE_CTX_get_current_cert(context))
    problem += " (" + name_text(X509_get_subject_name(certificate)) + ")";
  return problem;
}

} // namespace

// All but the cache is constant once it is made: OpenSSL only reads it and counts
// references.
struct PublishedTrust::State {
  std::vector<X509Ptr> certificates;
  std::vector<IssuerKey> keys; // of the certificates
  X509Stack anchors = new_stack();
  X509Stack others = new_stack();
  bool partial = false;                 // no certificate is self-signed
  std::vector<std::int64_t> boundaries; // when a certificate begins or ends, sorted
  VerdictCache cache;

  explicit State(std::vector<X509Ptr> all) : certificates(std::move(all)) {
    for (const X509Ptr& certificate : certificates) {
      keys.push_back(issuer_key_of(certificate.get()));
      push(is_self_signed(certificate.get()) ? anchors : others, certificate.get());
      for (const ASN1_TIME* const time :
           {X509_get0_notBefore(certificate.get()), X509_get0_notAfter(certificate.get())})
        if (const auto seconds = seconds_of(time)) boundaries.push_back(*seconds);
    }
    std::sort(boundaries.begin(), boundaries.end());
    partial = sk_X509_num(anchors.get()) == 0;
    if (partial) std::swap(anchors, others);
  }

  // A verdict that is not to be remembered if OpenSSL could not come to one.
  [[nodiscard]] std::pair<Verdict, bool> judge(X509* leaf, int security_level,
                                               std::int64_t now) const {
    Verdict verdict;
    const auto next = std::upper_bound(boundaries.begin(), boundaries.end(), now);
    verdict.holds_since =
        next == boundaries.begin() ? std::numeric_limits<std::int64_t>::min() : *std::prev(next);
    verdict.holds_until =
        next == boundaries.end() ? std::numeric_limits<std::int64_t>::max() : *next - 1;
    const bool conclusive = verify(leaf, security_level, now, verdict);
    ERR_clear_error();
    return {std::move(verdict), conclusive};
  }

private:
  // False if that failed for want of memory or the like.
  bool verify(X509* leaf, int security_level, std::int64_t now, Verdict& verdict) const {
    if (X509_self_signed(leaf, 0) == 1) {
      verdict.problem = "the certificate is self-signed";
      return true;
    }
    // A CA of the file is no device, whichever certificate its key shows.
    if (std::find(keys.begin(), keys.end(), issuer_key_of(leaf)) != keys.end()) {
      verdict.problem = "the certificate is that of a CA in the trust file";
      return true;
    }
    const ContextPtr context(X509_STORE_CTX_new());
    if (!context || X509_STORE_CTX_init(context.get(), nullptr, leaf, others.get()) != 1)
      throw std::bad_alloc();
    X509_STORE_CTX_set0_trusted_stack(context.get(), anchors.get());
    X509_STORE_CTX_set_verify_cb(context.get(), polyauth_excuse_leaf_dates);
    X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_time(parameters, now);
    X509_VERIFY_PARAM_set_auth_level(parameters, security_level);
    if (X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_CLIENT) != 1 ||
        X509_VERIFY_PARAM_set_trust(parameters, X509_TRUST_SSL_CLIENT) != 1 ||
        (partial && X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN) != 1))
      throw std::bad_alloc();
    const int result = X509_verify_cert(context.get());
    if (result != 1) {
      verdict.problem = problem_of(context.get());
      return result == 0;
    }
    const STACK_OF(X509)* const chain = X509_STORE_CTX_get0_chain(context.get());
    if (sk_X509_num(chain) < 2) {
      verdict.problem = "no CA vouches for the certificate";
      return true;
    }
    verdict.chain = links_of(chain);
    verdict.trusted = true;
    return true;
  }

  [[nodiscard]] std::vector<ChainLink> links_of(const STACK_OF(X509) * chain) const {
    std::vector<ChainLink> links;
    for (int i = 0; i < sk_X509_num(chain); ++i) {
      X509* const certificate = sk_X509_value(chain, i);
      links.push_back({i + 1 < sk_X509_num(chain) ? issuer_key_of(sk_X509_value(chain, i + 1))
                                                  : issuer_of_anchor(certificate),
                       serial_of(X509_get0_serialNumber(certificate)),
                       short_name(X509_get_subject_name(certificate))});
    }
    return links;
  }

  // Who signed the last certificate of a chain, itself as a rule.
  [[nodiscard]] IssuerKey issuer_of_anchor(X509* anchor) const {
    if (!partial) return issuer_key_of(anchor);
    for (std::size_t i = 0; i < certificates.size(); ++i)
      if (signed_by(anchor, certificates[i].get())) return keys[i];
    return kUnknownIssuer;
  }
};

PublishedTrust::PublishedTrust(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
PublishedTrust::PublishedTrust(PublishedTrust&&) noexcept = default;
PublishedTrust& PublishedTrust::operator=(PublishedTrust&&) noexcept = default;
PublishedTrust::~PublishedTrust() = default;

Result<PublishedTrust> PublishedTrust::open_published(std::span<const std::byte> image) {
  auto certificates = open_trust_image(image);
  if (!certificates) return Error{certificates.error()};
  return PublishedTrust(std::make_unique<State>(std::move(*certificates)));
}

std::shared_ptr<const Verdict> PublishedTrust::judge(X509* leaf, int security_level,
                                                     std::int64_t now) const {
  const VerdictCache::Key key = key_of(leaf, security_level);
  if (auto known = state_->cache.find(key, now)) return known;
  // Outside the lock: two threads may do it at once, and come to the same.
  auto [computed, conclusive] = state_->judge(leaf, security_level, now);
  auto verdict = std::make_shared<const Verdict>(std::move(computed));
  if (conclusive) state_->cache.remember(key, verdict);
  return verdict;
}

std::size_t PublishedTrust::remembered() const { return state_->cache.size(); }

} // namespace polyauth
