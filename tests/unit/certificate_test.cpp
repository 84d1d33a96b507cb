// SPDX-License-Identifier: Apache-2.0
#include "pki/certificate.hpp"
#include "support/catch.hpp"

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <string>
#include <string_view>

using namespace polyauth;

namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};

X509Ptr new_certificate() {
  X509Ptr certificate(X509_new());
  REQUIRE(certificate);
  REQUIRE(ASN1_TIME_set_string(X509_getm_notBefore(certificate.get()), "20200101000000Z"));
  REQUIRE(ASN1_TIME_set_string(X509_getm_notAfter(certificate.get()), "20300101000000Z"));
  return certificate;
}

void add(X509* certificate, const char* name, int type, std::string_view value) {
  REQUIRE(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), name, type,
                                     reinterpret_cast<const unsigned char*>(value.data()),
                                     static_cast<int>(value.size()), -1, 0));
}

// What is read from a certificate whose CN is these bytes in this ASN.1 type.
std::string cn(int type, std::string_view bytes) {
  const X509Ptr certificate = new_certificate();
  add(certificate.get(), "CN", type, bytes);
  const auto read = read_certificate(certificate.get());
  return read ? read->subject[Attribute::kCn].first : "error: " + read.error();
}

} // namespace

TEST_CASE("each attribute that an identity may stand in is read", "[certificate]") {
  const X509Ptr certificate = new_certificate();
  const struct {
    const char* name;
    Attribute attribute;
  } attributes[] = {{"CN", Attribute::kCn}, {"O", Attribute::kO},
                    {"OU", Attribute::kOu}, {"L", Attribute::kL},
                    {"ST", Attribute::kSt}, {"serialNumber", Attribute::kSerialNumber}};
  for (const auto& each : attributes)
    add(certificate.get(), each.name, MBSTRING_ASC, std::string("value of ") + each.name);
  add(certificate.get(), "C", MBSTRING_ASC, "US");
  const auto read = read_certificate(certificate.get());
  REQUIRE(read);
  for (const auto& each : attributes) {
    CHECK(read->subject[each.attribute].count == 1);
    CHECK(read->subject[each.attribute].first == std::string("value of ") + each.name);
  }
}

TEST_CASE("attributes are counted, so that a second one can be refused", "[certificate]") {
  const X509Ptr certificate = new_certificate();
  add(certificate.get(), "CN", MBSTRING_ASC, "0004F2AAAAAA");
  add(certificate.get(), "CN", MBSTRING_ASC, "0004F2BBBBBB");
  const auto read = read_certificate(certificate.get());
  REQUIRE(read);
  CHECK(read->subject[Attribute::kCn].count == 2);
  CHECK(read->subject[Attribute::kCn].first == "0004F2AAAAAA");
  CHECK(read->subject[Attribute::kO].count == 0);
  CHECK(read->subject[Attribute::kO].first.empty());
}

TEST_CASE("a second value in the same part of the subject counts as well", "[certificate]") {
  const X509Ptr certificate = new_certificate();
  add(certificate.get(), "CN", MBSTRING_ASC, "0004F2AAAAAA");
  // Joined by '+' to the one before.
  REQUIRE(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>("0004F2BBBBBB"), 12, -1,
                                     -1));
  CHECK(read_certificate(certificate.get())->subject[Attribute::kCn].count == 2);
}

TEST_CASE("a value is read whole, as text that cannot end or break early", "[certificate]") {
  using namespace std::string_view_literals;
  CHECK(cn(V_ASN1_UTF8STRING, "0004F2AAAAAA") == "0004F2AAAAAA");
  CHECK(cn(V_ASN1_PRINTABLESTRING, "0004F2AAAAAA") == "0004F2AAAAAA");
  CHECK(cn(V_ASN1_UTF8STRING, "0004F2AAAAAA\0x"sv) == "0004F2AAAAAA\\00x");
  CHECK(cn(V_ASN1_UTF8STRING, "0004F2AAAAAA\0"sv) == "0004F2AAAAAA\\00");
  CHECK(cn(V_ASN1_UTF8STRING, "0004F2AAAAAA\n") == "0004F2AAAAAA\\0A");
  CHECK(cn(V_ASN1_UTF8STRING, "a\\b") == "a\\\\b");
  CHECK(cn(V_ASN1_BMPSTRING, "\0A\0\xe9"sv) == "A\xc3\xa9");
  CHECK(cn(V_ASN1_T61STRING, "A\xe9") == "A\xc3\xa9");
  CHECK(cn(V_ASN1_UTF8STRING, std::string(10240, 'A')) == std::string(10240, 'A'));
  CHECK(cn(V_ASN1_UTF8STRING, " 0004F2AAAAAA") == " 0004F2AAAAAA");
}

TEST_CASE("a value that is no text of its type is an error", "[certificate]") {
  const X509Ptr certificate = new_certificate();
  add(certificate.get(), "CN", V_ASN1_BMPSTRING, std::string(2, 'x'));
  const X509_NAME_ENTRY* const entry =
      X509_NAME_get_entry(X509_get_subject_name(certificate.get()), 0);
  // Half a character.
  REQUIRE(ASN1_STRING_set(X509_NAME_ENTRY_get_data(entry), "xxx", 3));
  const auto read = read_certificate(certificate.get());
  REQUIRE_FALSE(read);
  CHECK(read.error() == "an attribute of the subject cannot be read");
}

TEST_CASE("a certificate is valid from its first second to its last", "[certificate]") {
  const auto read = read_certificate(new_certificate().get());
  REQUIRE(read);
  constexpr std::int64_t kFrom = 1577836800;
  constexpr std::int64_t kUntil = 1893456000;
  CHECK(read->not_before == kFrom);
  CHECK(read->not_after == kUntil);
  CHECK(read->not_yet_valid_at(kFrom - 1));
  CHECK_FALSE(read->not_yet_valid_at(kFrom));
  CHECK_FALSE(read->expired_at(kUntil));
  CHECK(read->expired_at(kUntil + 1));
}

TEST_CASE("dates in either form and any century are read", "[certificate]") {
  const auto not_after = [](const char* text) {
    const X509Ptr certificate = new_certificate();
    REQUIRE(ASN1_TIME_set_string(X509_getm_notAfter(certificate.get()), text));
    return read_certificate(certificate.get())->not_after;
  };
  CHECK(not_after("300101000000Z") == 1893456000);
  CHECK(not_after("500101000000Z") == -631152000); // RFC 5280 4.1.2.5.1: 50 is 1950
  CHECK(not_after("20500101000000Z") == 2524608000);
  // RFC 5280 4.1.2.5: no well-defined end.
  CHECK(not_after("99991231235959Z") == 253402300799);
}

TEST_CASE("a date that cannot be read is an error, not an open end", "[certificate]") {
  const X509Ptr certificate = new_certificate();
  SECTION("nonsense") {
    REQUIRE(ASN1_STRING_set(X509_getm_notAfter(certificate.get()), "tomorrow", -1));
  }
  SECTION("empty") { REQUIRE(ASN1_STRING_set(X509_getm_notBefore(certificate.get()), "", 0)); }
  const auto read = read_certificate(certificate.get());
  REQUIRE_FALSE(read);
  CHECK(read.error() == "a date of the certificate cannot be read");
}

TEST_CASE("a PEM certificate is read, and nothing else taken for one", "[certificate]") {
  const std::unique_ptr<EVP_PKEY, FreeKey> key(EVP_EC_gen("P-256"));
  const X509Ptr certificate = new_certificate();
  add(certificate.get(), "CN", MBSTRING_ASC, "0004F2AAAAAA");
  REQUIRE(X509_set_pubkey(certificate.get(), key.get()));
  REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  REQUIRE(PEM_write_bio_X509(bio.get(), certificate.get()));
  char* data = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(bio.get(), &data));
  const std::string pem(data, size);

  const auto parsed = parse_pem_certificate(pem);
  REQUIRE(parsed);
  CHECK(read_certificate(parsed->get())->subject[Attribute::kCn].first == "0004F2AAAAAA");
  CHECK(parse_pem_certificate("# a comment before\n" + pem));
  for (const std::string& bad :
       {std::string(), std::string("no PEM"), pem.substr(0, pem.size() / 2),
        std::string("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")}) {
    const auto refused = parse_pem_certificate(bad);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == "is not a PEM certificate");
  }
}
