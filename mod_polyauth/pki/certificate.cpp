// SPDX-License-Identifier: Apache-2.0
#include "pki/certificate.hpp"

#include "pki/asn1.hpp"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>

#include <algorithm>
#include <optional>

namespace polyauth {

namespace {

constexpr struct {
  int nid;
  Attribute attribute;
} kAttributes[] = {
    {NID_commonName, Attribute::kCn},
    {NID_organizationName, Attribute::kO},
    {NID_organizationalUnitName, Attribute::kOu},
    {NID_localityName, Attribute::kL},
    {NID_stateOrProvinceName, Attribute::kSt},
    {NID_serialNumber, Attribute::kSerialNumber},
};

// The text of a value that needs neither conversion nor escape, as nearly all do.
std::optional<std::string_view> plain_text(const ASN1_STRING* value) noexcept {
  const int type = ASN1_STRING_type(value);
  if (type != V_ASN1_PRINTABLESTRING && type != V_ASN1_UTF8STRING && type != V_ASN1_IA5STRING)
    return std::nullopt;
  const std::string_view text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                              static_cast<std::size_t>(ASN1_STRING_length(value)));
  const bool plain = std::all_of(text.begin(), text.end(),
                                 [](char c) { return c >= 0x20 && c < 0x7f && c != '\\'; });
  return plain ? std::optional(text) : std::nullopt;
}

// As mod_ssl prints a value: UTF-8, with control characters and '\' escaped, so
// that neither a NUL nor a newline can end it or stand for anything else.
Result<std::string> print_value(const ASN1_STRING* value) {
  if (const auto plain = plain_text(value)) return std::string(*plain);
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio || ASN1_STRING_print_ex(bio.get(), value,
                                   ASN1_STRFLGS_ESC_CTRL | ASN1_STRFLGS_UTF8_CONVERT) < 0) {
    ERR_clear_error();
    return Error{"an attribute of the subject cannot be read"};
  }
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(length));
}

} // namespace

Result<Certificate> read_certificate(const X509* certificate) {
  Certificate read;
  const X509_NAME* const subject = X509_get_subject_name(certificate);
  for (int i = 0; i < X509_NAME_entry_count(subject); ++i) {
    const X509_NAME_ENTRY* const entry = X509_NAME_get_entry(subject, i);
    const int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
    for (const auto& known : kAttributes) {
      if (known.nid != nid) continue;
      Subject::Values& values = read.subject[known.attribute];
      if (++values.count > 1) continue;
      auto value = print_value(X509_NAME_ENTRY_get_data(entry));
      if (!value) return Error{value.error()};
      values.first = std::move(*value);
    }
  }
  const auto not_before = seconds_of(X509_get0_notBefore(certificate));
  const auto not_after = seconds_of(X509_get0_notAfter(certificate));
  if (!not_before || !not_after) return Error{"a date of the certificate cannot be read"};
  read.not_before = *not_before;
  read.not_after = *not_after;
  return read;
}

Result<X509Ptr> parse_pem_certificate(std::string_view pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  X509Ptr certificate(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  ERR_clear_error();
  if (!certificate) return Error{"is not a PEM certificate"};
  return certificate;
}

} // namespace polyauth
