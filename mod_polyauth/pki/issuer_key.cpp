// SPDX-License-Identifier: Apache-2.0
#include "pki/issuer_key.hpp"

#include "pki/openssl.hpp"

namespace polyauth {

IssuerKey issuer_key_of(const X509* issuer) {
  // Each part of DER tells its own length, so that no two pairs run together.
  std::vector<unsigned char> bytes = der_of(X509_get_subject_name(issuer), i2d_X509_NAME);
  const std::vector<unsigned char> key =
      der_of<X509_PUBKEY>(X509_get_X509_PUBKEY(issuer), i2d_X509_PUBKEY);
  bytes.insert(bytes.end(), key.begin(), key.end());
  IssuerKey digest{};
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                 nullptr, EVP_sha256(), nullptr) != 1)
    throw std::bad_alloc();
  return digest;
}

} // namespace polyauth
