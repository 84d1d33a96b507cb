// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>
#include <span>
#include <vector>

// Owners of OpenSSL's objects.
namespace polyauth {

template <auto kFree> struct Free {
  template <typename T> void operator()(T* object) const noexcept { kFree(object); }
};

using X509Ptr = std::unique_ptr<X509, Free<X509_free>>;
using CrlPtr = std::unique_ptr<X509_CRL, Free<X509_CRL_free>>;
using BioPtr = std::unique_ptr<BIO, Free<BIO_free>>;
using IntegerPtr = std::unique_ptr<ASN1_INTEGER, Free<ASN1_INTEGER_free>>;

// A list of certificates that belong to someone else.
struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_free(stack); }
};
using X509Stack = std::unique_ptr<STACK_OF(X509), FreeStack>;

// The DER of an object by its i2d function; throws std::bad_alloc if there is none.
template <typename T>
std::vector<unsigned char> der_of(const T* object, int (*encode)(const T*, unsigned char**)) {
  const int length = encode(object, nullptr);
  if (length < 0) throw std::bad_alloc();
  std::vector<unsigned char> der(static_cast<std::size_t>(length));
  unsigned char* end = der.data();
  encode(object, &end);
  return der;
}

} // namespace polyauth
