// SPDX-License-Identifier: Apache-2.0
#include "pki/asn1.hpp"

#include "pki/openssl.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>

#include <array>
#include <ctime>

namespace polyauth {

namespace {

constexpr std::size_t kMaxName = 200;
// As RFC 2253, control characters and all that is not ASCII escaped.
constexpr unsigned long kNameFlags = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_DUMP_UNKNOWN;

std::string text_in(BIO* bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(length));
  if (text.size() > kMaxName) text = text.substr(0, kMaxName) + "...";
  return text;
}

} // namespace

std::optional<std::int64_t> seconds_of(const ASN1_TIME* time) {
  std::tm calendar{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &calendar) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  return std::int64_t{timegm(&calendar)};
}

std::string name_text(const X509_NAME* name) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio || X509_NAME_print_ex(bio.get(), name, 0, kNameFlags) < 0) {
    ERR_clear_error();
    return "a name that cannot be read";
  }
  const std::string text = text_in(bio.get());
  return text.empty() ? "no name" : text;
}

std::string short_name(const X509_NAME* name) {
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio || at < 0 || X509_NAME_get_index_by_NID(name, NID_commonName, at) >= 0 ||
      ASN1_STRING_print_ex(bio.get(), X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)),
                           kNameFlags & ASN1_STRFLGS_RFC2253) < 0) {
    ERR_clear_error();
    return name_text(name);
  }
  const std::string text = text_in(bio.get());
  return text.empty() ? name_text(name) : text;
}

} // namespace polyauth
