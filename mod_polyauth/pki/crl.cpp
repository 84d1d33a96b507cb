// SPDX-License-Identifier: Apache-2.0
#include "pki/crl.hpp"

#include "core/utc_time.hpp"
#include "pki/asn1.hpp"
#include "pki/serial.hpp"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <compare>

namespace polyauth {

namespace {

using ScopePtr = std::unique_ptr<ISSUING_DIST_POINT, Free<ISSUING_DIST_POINT_free>>;
using EnumeratedPtr = std::unique_ptr<ASN1_ENUMERATED, Free<ASN1_ENUMERATED_free>>;
using PssPtr = std::unique_ptr<RSA_PSS_PARAMS, Free<RSA_PSS_PARAMS_free>>;
using BignumPtr = std::unique_ptr<BIGNUM, Free<BN_free>>;

constexpr int kNotThere = -1; // what X509V3_get_d2i() says of an extension

std::string oid_text(const X509_EXTENSION* extension) {
  std::array<char, 80> text{};
  OBJ_obj2txt(text.data(), static_cast<int>(text.size()),
              X509_EXTENSION_get_object(const_cast<X509_EXTENSION*>(extension)), 1);
  return text.data();
}

// The first critical extension whose kind is none of these, by its number.
std::optional<std::string> unknown_critical(const STACK_OF(X509_EXTENSION) * extensions,
                                            std::initializer_list<int> known) {
  for (int i = 0; i < sk_X509_EXTENSION_num(extensions); ++i) {
    X509_EXTENSION* const extension = sk_X509_EXTENSION_value(extensions, i);
    const int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
    if (X509_EXTENSION_get_critical(extension) == 0) continue;
    if (std::find(known.begin(), known.end(), nid) == known.end()) return oid_text(extension);
  }
  return std::nullopt;
}

bool has(const STACK_OF(X509_EXTENSION) * extensions, int nid) {
  return X509v3_get_ext_by_NID(extensions, nid, -1) >= 0;
}

constexpr int kRelativeName = 1; // of DIST_POINT_NAME::type

template <typename Name>
std::string der_of(const Name* name, int (*encode)(const Name*, unsigned char**)) {
  unsigned char* der = nullptr;
  const int size = encode(name, &der);
  std::string text;
  if (size > 0) text.assign(der, der + size);
  OPENSSL_free(der);
  return text;
}

// Why its scope is not all that its issuer signs; empty if, as far as it says, it is.
std::string scope_problem(const STACK_OF(X509_EXTENSION) * extensions,
                          std::vector<std::string>& distribution_points) {
  if (has(extensions, NID_delta_crl)) return "is a delta CRL; a full CRL is needed";
  int found = 0;
  const ScopePtr scope(static_cast<ISSUING_DIST_POINT*>(
      X509V3_get_d2i(extensions, NID_issuing_distribution_point, &found, nullptr)));
  if (!scope)
    return found == kNotThere ? "" : "has an issuing distribution point that cannot be understood";
  if (scope->indirectCRL > 0)
    return "is an indirect CRL; a CRL of the issuer of the certificates is needed";
  if (scope->onlyuser > 0 || scope->onlyCA > 0 || scope->onlyattr > 0 ||
      scope->onlysomereasons != nullptr)
    return "covers only a part of what its issuer signs; a full CRL is needed";
  const DIST_POINT_NAME* const point = scope->distpoint;
  if (point == nullptr) return {};
  if (point->type == kRelativeName) {
    distribution_points.push_back(der_of(point, i2d_DIST_POINT_NAME));
  } else {
    for (int i = 0; i < sk_GENERAL_NAME_num(point->name.fullname); ++i)
      distribution_points.push_back(
          der_of(sk_GENERAL_NAME_value(point->name.fullname, i), i2d_GENERAL_NAME));
  }
  return {};
}

// Why an entry cannot be taken as "this serial is revoked"; empty if it can.
std::string entry_problem(const STACK_OF(X509_EXTENSION) * extensions) {
  if (sk_X509_EXTENSION_num(extensions) <= 0) return {};
  if (has(extensions, NID_certificate_issuer))
    return "revokes certificates of another issuer, as indirect CRLs do; a CRL of the issuer of "
           "the certificates is needed";
  if (const auto oid = unknown_critical(extensions, {NID_crl_reason, NID_invalidity_date}))
    return "has an entry with the critical extension " + *oid + ", which is not understood";
  int found = 0;
  const EnumeratedPtr reason(
      static_cast<ASN1_ENUMERATED*>(X509V3_get_d2i(extensions, NID_crl_reason, &found, nullptr)));
  if (!reason) return found == kNotThere ? "" : "has an entry whose reason cannot be understood";
  if (ASN1_ENUMERATED_get(reason.get()) == CRL_REASON_REMOVE_FROM_CRL)
    return "takes an entry back (removeFromCRL), which only delta CRLs do; a full CRL is needed";
  return {};
}

// The serials of the entries, or why they cannot be used.
Result<std::vector<std::string>> read_entries(X509_CRL* crl) {
  std::vector<std::string> serials;
  const STACK_OF(X509_REVOKED)* const entries = X509_CRL_get_REVOKED(crl);
  const int count = entries == nullptr ? 0 : sk_X509_REVOKED_num(entries);
  serials.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    const X509_REVOKED* const entry = sk_X509_REVOKED_value(entries, i);
    if (std::string problem = entry_problem(X509_REVOKED_get0_extensions(entry)); !problem.empty())
      return Error{std::move(problem)};
    serials.push_back(serial_of(X509_REVOKED_get0_serialNumber(entry)));
    if (serials.back().size() > 1 + kMaxSerialBytes)
      return Error{"revokes a serial number of more than " + std::to_string(kMaxSerialBytes) +
                   " bytes"};
  }
  return serials;
}

Result<CrlVersion> read_version(const X509_CRL* crl) {
  CrlVersion version;
  const auto this_update = seconds_of(X509_CRL_get0_lastUpdate(crl));
  if (!this_update) return Error{"has a date that cannot be read"};
  version.this_update = *this_update;
  int found = 0;
  const IntegerPtr number(
      static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(crl, NID_crl_number, &found, nullptr)));
  if (!number) {
    if (found != kNotThere) return Error{"has a number that cannot be understood"};
    return version;
  }
  version.number = serial_of(number.get());
  if (version.number->size() > 1 + kMaxSerialBytes || version.number->front() != '\0')
    return Error{"has a number that is negative or of more than " +
                 std::to_string(kMaxSerialBytes) + " bytes"};
  return version;
}

std::strong_ordering compare_numbers(std::string_view one, std::string_view other) noexcept {
  if (one.size() != other.size()) return one.size() <=> other.size();
  return one.compare(other) <=> 0;
}

} // namespace

Result<CrlPtr> parse_crl(std::span<const unsigned char> der) {
  const unsigned char* end = der.data();
  CrlPtr crl(d2i_X509_CRL(nullptr, &end, static_cast<long>(der.size())));
  ERR_clear_error();
  if (!crl) return Error{"cannot be parsed"};
  if (end != der.data() + der.size()) return Error{"has bytes behind its end"};
  return crl;
}

Result<Crl> read_crl(X509_CRL* crl) {
  const STACK_OF(X509_EXTENSION)* const extensions = X509_CRL_get0_extensions(crl);
  Crl read;
  std::string problem = scope_problem(extensions, read.distribution_points);
  if (problem.empty())
    if (const auto oid = unknown_critical(extensions, {NID_crl_number, NID_authority_key_identifier,
                                                       NID_issuing_distribution_point}))
      problem = "has the critical extension " + *oid + ", which is not understood";
  if (problem.empty()) {
    auto version = read_version(crl);
    auto serials = read_entries(crl);
    const ASN1_TIME* const next_update = X509_CRL_get0_nextUpdate(crl);
    read.next_update = seconds_of(next_update);
    if (!version)
      problem = version.error();
    else if (!serials)
      problem = serials.error();
    else if (next_update != nullptr && !read.next_update)
      problem = "has a date that cannot be read";
    else {
      read.version = std::move(*version);
      read.serials = std::move(*serials);
    }
  }
  ERR_clear_error();
  if (!problem.empty()) return Error{std::move(problem)};
  return read;
}

int signature_digest(const X509_CRL* crl) {
  const X509_ALGOR* algorithm = nullptr;
  X509_CRL_get0_signature(crl, nullptr, &algorithm);
  const ASN1_OBJECT* object = nullptr;
  int type = V_ASN1_UNDEF;
  const void* value = nullptr;
  X509_ALGOR_get0(&object, &type, &value, algorithm);
  int digest = NID_undef;
  if (OBJ_obj2nid(object) != NID_rsassaPss) {
    OBJ_find_sigid_algs(OBJ_obj2nid(object), &digest, nullptr);
    return digest;
  }
  const PssPtr pss(type == V_ASN1_SEQUENCE ? static_cast<RSA_PSS_PARAMS*>(ASN1_item_unpack(
                                                 static_cast<const ASN1_STRING*>(value),
                                                 ASN1_ITEM_rptr(RSA_PSS_PARAMS)))
                                           : nullptr);
  ERR_clear_error();
  if (!pss || pss->hashAlgorithm == nullptr) return NID_sha1; // its default
  X509_ALGOR_get0(&object, nullptr, nullptr, pss->hashAlgorithm);
  return OBJ_obj2nid(object);
}

std::string version_text(const CrlVersion& version) {
  if (!version.number) return "the one of " + utc_text(version.this_update);
  const std::string_view magnitude = std::string_view(*version.number).substr(1);
  const BignumPtr number(BN_bin2bn(reinterpret_cast<const unsigned char*>(magnitude.data()),
                                   static_cast<int>(magnitude.size()), nullptr));
  struct FreeText {
    void operator()(char* text) const noexcept { OPENSSL_free(text); }
  };
  const std::unique_ptr<char, FreeText> text(number ? BN_bn2dec(number.get()) : nullptr);
  return "number " + std::string(text ? text.get() : "?") + " of " + utc_text(version.this_update);
}

CrlOrder compare(const CrlVersion& one, const CrlVersion& other) noexcept {
  const auto time = one.this_update <=> other.this_update;
  const auto number = one.number && other.number ? compare_numbers(*one.number, *other.number)
                                                 : std::strong_ordering::equal;
  if ((time < 0 && number > 0) || (time > 0 && number < 0)) return CrlOrder::kContradictory;
  const auto order = number != 0 ? number : time;
  if (order == 0) return CrlOrder::kSame;
  return order < 0 ? CrlOrder::kEarlier : CrlOrder::kLater;
}

} // namespace polyauth
