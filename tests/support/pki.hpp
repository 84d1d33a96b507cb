// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pki/openssl.hpp"
#include "pki/revocation_file.hpp"
#include "pki/trust_file.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Certificates and CRLs for tests, made on the spot. Throws where OpenSSL does not
// do what a test asks for.
namespace polyauth::test {

// The time of every test: 2026-01-01T00:00:00Z.
inline constexpr std::int64_t kNow = 1'767'225'600;
inline constexpr std::int64_t kYear = 365 * 86'400;

using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

inline void demand(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

inline KeyPtr ec_key() {
  KeyPtr key(EVP_EC_gen("P-256"));
  demand(key != nullptr, "key");
  return key;
}
inline KeyPtr rsa_key(unsigned bits) {
  KeyPtr key(EVP_RSA_gen(bits));
  demand(key != nullptr, "key");
  return key;
}

// What a certificate is to be.
struct Recipe {
  std::string cn;
  long serial = 1;
  std::int64_t from = kNow - kYear;
  std::int64_t until = kNow + kYear;
  long version = 2; // v3
  std::vector<std::pair<int, std::string>> extensions;
  const EVP_MD* digest = EVP_sha256();
  int name_type = V_ASN1_UTF8STRING;
};

inline Recipe ca(std::string cn, std::string path_length = {}) {
  Recipe recipe;
  recipe.cn = std::move(cn);
  recipe.extensions = {{NID_basic_constraints, "critical,CA:TRUE" + std::move(path_length)},
                       {NID_key_usage, "critical,keyCertSign,cRLSign"}};
  return recipe;
}
inline Recipe device(std::string cn, long serial = 1000) {
  Recipe recipe;
  recipe.cn = std::move(cn);
  recipe.serial = serial;
  recipe.extensions = {{NID_key_usage, "digitalSignature"}, {NID_ext_key_usage, "clientAuth"}};
  return recipe;
}

// A certificate and its key.
struct Party {
  X509Ptr certificate;
  KeyPtr key;
  [[nodiscard]] X509* get() const { return certificate.get(); }
};

// Issued by itself if there is no issuer.
inline Party issue(const Recipe& recipe, const Party* issuer = nullptr, KeyPtr key = ec_key()) {
  X509Ptr certificate(X509_new());
  X509* const x509 = certificate.get();
  demand(X509_set_version(x509, recipe.version) == 1, "version");
  demand(ASN1_INTEGER_set(X509_get_serialNumber(x509), recipe.serial) == 1, "serial");
  demand(ASN1_TIME_set(X509_getm_notBefore(x509), recipe.from) != nullptr, "date");
  demand(ASN1_TIME_set(X509_getm_notAfter(x509), recipe.until) != nullptr, "date");
  demand(X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", recipe.name_type,
                                    reinterpret_cast<const unsigned char*>(recipe.cn.data()),
                                    static_cast<int>(recipe.cn.size()), -1, 0) == 1,
         "name");
  demand(X509_set_pubkey(x509, key.get()) == 1, "key");
  X509* const signer = issuer != nullptr ? issuer->get() : x509;
  demand(X509_set_issuer_name(x509, X509_get_subject_name(signer)) == 1, "issuer");
  X509V3_CTX context;
  X509V3_set_ctx(&context, signer, x509, nullptr, nullptr, 0);
  for (const auto& [nid, value] : recipe.extensions) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    demand(extension != nullptr && X509_add_ext(x509, extension, -1) == 1, "extension");
    X509_EXTENSION_free(extension);
  }
  demand(X509_sign(x509, issuer != nullptr ? issuer->key.get() : key.get(), recipe.digest) > 0,
         "signature");
  return {std::move(certificate), std::move(key)};
}

// What a CRL is to be.
struct CrlRecipe {
  long number = 1; // none if negative
  std::int64_t this_update = kNow - 86'400;
  std::int64_t next_update = kNow + 86'400; // none if 0
  std::vector<long> revoked = {};
  std::vector<std::pair<int, std::string>> extensions = {};
  std::vector<std::pair<int, std::string>> entry_extensions = {};
  const EVP_MD* digest = EVP_sha256();
};

inline CrlPtr make_crl(const Party& issuer, const CrlRecipe& recipe) {
  CrlPtr made(X509_CRL_new());
  X509_CRL* const crl = made.get();
  demand(X509_CRL_set_version(crl, 1) == 1, "version");
  demand(X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer.get())) == 1, "issuer");
  using TimePtr = std::unique_ptr<ASN1_TIME, Free<ASN1_TIME_free>>;
  const TimePtr from(ASN1_TIME_set(nullptr, recipe.this_update));
  demand(X509_CRL_set1_lastUpdate(crl, from.get()) == 1, "date");
  if (recipe.next_update != 0) {
    const TimePtr until(ASN1_TIME_set(nullptr, recipe.next_update));
    demand(X509_CRL_set1_nextUpdate(crl, until.get()) == 1, "date");
  }
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer.get(), nullptr, nullptr, crl, 0);
  for (const long serial : recipe.revoked) {
    X509_REVOKED* const entry = X509_REVOKED_new();
    const IntegerPtr number(ASN1_INTEGER_new());
    demand(ASN1_INTEGER_set(number.get(), serial) == 1 &&
               X509_REVOKED_set_serialNumber(entry, number.get()) == 1 &&
               X509_REVOKED_set_revocationDate(entry, from.get()) == 1,
           "entry");
    for (const auto& [nid, value] : recipe.entry_extensions) {
      X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
      demand(extension != nullptr && X509_REVOKED_add_ext(entry, extension, -1) == 1, "extension");
      X509_EXTENSION_free(extension);
    }
    demand(X509_CRL_add0_revoked(crl, entry) == 1, "entry");
  }
  if (recipe.number >= 0) {
    const IntegerPtr number(ASN1_INTEGER_new());
    demand(ASN1_INTEGER_set(number.get(), recipe.number) == 1 &&
               X509_CRL_add1_ext_i2d(crl, NID_crl_number, number.get(), 0, 0) == 1,
           "number");
  }
  for (const auto& [nid, value] : recipe.extensions) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    demand(extension != nullptr && X509_CRL_add_ext(crl, extension, -1) == 1, "extension");
    X509_EXTENSION_free(extension);
  }
  demand(X509_CRL_sort(crl) == 1, "order");
  demand(X509_CRL_sign(crl, issuer.key.get(), recipe.digest) > 0, "signature");
  return made;
}

template <typename Write> std::string pem_by(Write&& write) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  demand(write(bio.get()) == 1, "PEM");
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}
inline std::string pem(const X509* certificate) {
  return pem_by([&](BIO* bio) { return PEM_write_bio_X509(bio, const_cast<X509*>(certificate)); });
}
inline std::string pem(std::initializer_list<const Party*> parties) {
  std::string text;
  for (const Party* const party : parties) text += pem(party->get());
  return text;
}
inline std::string pem(const X509_CRL* crl) {
  return pem_by([&](BIO* bio) { return PEM_write_bio_X509_CRL(bio, const_cast<X509_CRL*>(crl)); });
}
inline std::string crl(const Party& issuer, const CrlRecipe& recipe = {}) {
  return pem(make_crl(issuer, recipe).get());
}
inline std::string private_key_pem(const Party& party) {
  return pem_by([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, party.key.get(), nullptr, nullptr, 0, nullptr,
                                         nullptr);
  });
}
// Any DER under any label.
inline std::string pem_of(const char* label, std::span<const unsigned char> der) {
  return pem_by([&](BIO* bio) {
    return PEM_write_bio(bio, label, "", der.data(), static_cast<long>(der.size())) > 0 ? 1 : 0;
  });
}

inline Compilation compile_trust(std::string_view text, std::int64_t now = kNow) {
  return kTrustFormat.compile(text, {{}, {}, now});
}
inline PublishedTrust trust_of(std::string_view text) {
  const Compilation compilation = compile_trust(text);
  if (compilation.error_count != 0) throw std::runtime_error(compilation.errors.front().text);
  auto trust = PublishedTrust::open_published(compilation.image);
  if (!trust) throw std::runtime_error(trust.error());
  return std::move(*trust);
}

} // namespace polyauth::test
