// SPDX-License-Identifier: Apache-2.0
#include "pki/crl.hpp"
#include "support/revocations.hpp"

using namespace polyauth;
using test::ca;
using test::CrlRecipe;
using test::first_error;
using test::has_warning;
using test::issue;
using test::kDay;
using test::kNow;
using test::Maker;
using test::Party;
using test::pem;

TEST_CASE("CRLs of all CAs are taken without complaint", "[revocation]") {
  Maker maker;
  const Compilation compilation = maker.compile("text\n" + maker.good({1, 2, 3}, {4}));
  CHECK(compilation.error_count == 0);
  CHECK(compilation.warnings.empty());
  CHECK(compilation.summary == "crls=2 revoked=4");
  CHECK(kRevocationFormat.is_whole(compilation.image));
  const auto revocations = PublishedRevocations::open_published(compilation.image);
  REQUIRE(revocations);
  CHECK(revocations->earliest_next_update() == kNow + kDay);
}

TEST_CASE("a revoked certificate of the chain is found", "[revocation]") {
  Maker maker;
  const auto& [of_issuing, of_root, found] =
      GENERATE(table<std::vector<long>, std::vector<long>, std::optional<std::size_t>>({
          {{}, {}, std::nullopt},
          {{999, 1001}, {}, std::nullopt},
          {{1000}, {}, 0},
          {{5, 1000}, {1}, 0},
          {{}, {1}, 1},            // the issuing CA; the root has the same serial
          {{1}, {}, std::nullopt}, // serial of the issuing CA, by the wrong issuer
          {{}, {1000}, std::nullopt},
      }));
  maker.adopt(maker.good(of_issuing, of_root));
  CHECK(maker.first_revoked() == found);
}

TEST_CASE("an unknown serial's length does no harm", "[revocation]") {
  Maker maker;
  maker.adopt(maker.good({1000}));
  const auto revocations = PublishedRevocations::open_published(maker.in_force);
  const IssuerKey issuer = issuer_key_of(maker.issuing.get());
  const std::vector<ChainLink> chain = {{issuer, std::string(1000, 'x'), ""}, {issuer, "", ""}};
  CHECK_FALSE(revocations->first_revoked(chain));
}

TEST_CASE("a CRL must be signed by a CA of the trust files", "[revocation]") {
  Maker maker;
  SECTION("of another name") {
    const Party other = issue(ca("Other"));
    CHECK(first_error(maker.compile("\n" + test::crl(other))) ==
          "2: CRL 1 (CN=Other) has an issuer that is in none of the trust files; add the CA "
          "there, or remove the CRL");
  }
  SECTION("of the same name and another key") {
    const Party imposter = issue(ca("Issuing"));
    CHECK(first_error(maker.compile(test::crl(imposter))) ==
          "1: CRL 1 (CN=Issuing) has a wrong signature: no CA of that name in the trust files "
          "made it");
  }
  SECTION("that may sign CRLs") {
    test::Recipe recipe = ca("Mute");
    recipe.extensions[1].second = "critical,keyCertSign";
    const Party mute = issue(recipe);
    maker.trust = test::compile_trust(pem({&mute})).image;
    CHECK(first_error(maker.compile(test::crl(mute))) ==
          "1: CRL 1 (CN=Mute) has an issuer whose key usage does not allow it to sign CRLs");
  }
  SECTION("one of several of its name") {
    const Party namesake = issue(ca("Issuing"), &maker.root);
    maker.trust = test::compile_trust(pem({&namesake, &maker.root, &maker.issuing})).image;
    maker.adopt(test::crl(maker.issuing, {.revoked = {1000}}));
    const auto revocations = PublishedRevocations::open_published(maker.in_force);
    CHECK(revocations->view.find(issuer_key_of(maker.issuing.get())) != nullptr);
    CHECK(revocations->view.find(issuer_key_of(namesake.get())) == nullptr);
  }
  SECTION("without companions there is none") {
    CHECK(kRevocationFormat.compile(maker.good({}), {}).error_count == 2);
  }
  SECTION("of a companion that can be read") {
    maker.trust.back() ^= std::byte{1};
    CHECK(first_error(maker.compile(maker.good({})))
              .starts_with("1: a trust file in force cannot be used"));
  }
  SECTION("several trust files") {
    const Maker other;
    const auto compilation = kRevocationFormat.compile(maker.good({}) + other.good({}),
                                                       {{maker.trust, other.trust}, {}, kNow});
    CHECK(compilation.summary == "crls=4 revoked=0");
  }
}

TEST_CASE("a CA whose certificates spell its name differently has one CRL", "[revocation]") {
  Maker maker;
  test::Recipe recipe = ca("Issuing");
  recipe.name_type = V_ASN1_PRINTABLESTRING;
  EVP_PKEY_up_ref(maker.issuing.key.get());
  const Party spelt = issue(recipe, &maker.root, test::KeyPtr(maker.issuing.key.get()));
  REQUIRE(issuer_key_of(spelt.get()) != issuer_key_of(maker.issuing.get()));
  maker.trust = test::compile_trust(pem({&maker.root, &spelt, &maker.issuing})).image;
  const Compilation compilation = maker.compile(maker.good({1000}));
  CHECK(compilation.summary == "crls=2 revoked=1");
  CHECK(compilation.warnings.empty());
  maker.adopt(maker.good({1000}));
  CHECK(maker.first_revoked() == 0);
}

TEST_CASE("what is no full CRL of its issuer is refused", "[revocation]") {
  const Maker maker;
  const auto& [nid, value, error] = GENERATE(table<int, const char*, const char*>({
      {NID_delta_crl, "critical,DER:020101", "is a delta CRL; a full CRL is needed"},
      {NID_delta_crl, "DER:020101", "is a delta CRL; a full CRL is needed"},
      {NID_issuing_distribution_point, "critical,DER:30038401ff",
       "is an indirect CRL; a CRL of the issuer of the certificates is needed"},
      {NID_issuing_distribution_point, "critical,DER:30038101ff",
       "covers only a part of what its issuer signs; a full CRL is needed"},
      {NID_issuing_distribution_point, "critical,DER:30038201ff",
       "covers only a part of what its issuer signs; a full CRL is needed"},
      {NID_issuing_distribution_point, "critical,DER:30038501ff",
       "covers only a part of what its issuer signs; a full CRL is needed"},
      {NID_issuing_distribution_point, "critical,DER:3004830206c0",
       "covers only a part of what its issuer signs; a full CRL is needed"},
      {NID_issuing_distribution_point, "critical,DER:0500",
       "has an issuing distribution point that cannot be understood"},
      {NID_setct_PANData, "critical,DER:0500",
       "has the critical extension 2.23.42.0.0, which is not understood"},
  }));
  const CrlRecipe recipe{.extensions = {{nid, value}}};
  CHECK(first_error(maker.compile(test::crl(maker.issuing, recipe))) ==
        std::string("1: CRL 1 (CN=Issuing) ") + error);
}

TEST_CASE("extensions that take nothing away are fine", "[revocation]") {
  const Maker maker;
  const auto& [nid, value] = GENERATE(table<int, const char*>({
      // A distribution point alone: [0] { [0] { [6] "http" } }
      {NID_issuing_distribution_point, "critical,DER:300aa008a006860468747470"},
      {NID_authority_key_identifier, "DER:3003800101"},
      {NID_setct_PANData, "DER:0500"},
  }));
  const CrlRecipe recipe{.extensions = {{nid, value}}};
  CHECK(maker.compile(test::crl(maker.issuing, recipe)).error_count == 0);
}

TEST_CASE("CRLs of two distribution points are parts, of which none is left out", "[revocation]") {
  const Maker maker;
  const auto of_point = [&](long number, const char* value) {
    return test::crl(maker.issuing,
                     {.number = number, .extensions = {{NID_issuing_distribution_point, value}}});
  };
  const char* const one = "critical,DER:300aa008a006860468747470";
  const char* const other = "critical,DER:300aa008a006860468747471";
  CHECK(first_error(maker.compile(of_point(1, one) + of_point(2, other)))
            .find("covers another distribution point than the one in line 1") != std::string::npos);
  CHECK(maker.compile(of_point(1, one) + of_point(2, one)).error_count == 0);
  const char* const also_by_ldap = "critical,DER:3010a00ea00c86046874747086046c646170";
  CHECK(maker.compile(of_point(1, one) + of_point(2, also_by_ldap)).error_count == 0);
  CHECK(maker.compile(of_point(1, one) + test::crl(maker.issuing, {.number = 2})).error_count == 0);
}

TEST_CASE("entries must be revocations by the issuer", "[revocation]") {
  const Maker maker;
  const auto& [nid, value, error] = GENERATE(table<int, const char*, const char*>({
      {NID_certificate_issuer, "critical,DER:3003820178", "revokes certificates of another issuer"},
      {NID_setct_PANData, "critical,DER:0500",
       "has an entry with the critical extension 2.23.42.0.0, which is not understood"},
      {NID_crl_reason, "DER:0a0108", "takes an entry back (removeFromCRL)"},
      {NID_crl_reason, "DER:0500", "has an entry whose reason cannot be understood"},
      {NID_crl_reason, "DER:0a0101", ""},
      {NID_crl_reason, "critical,DER:0a0106", ""},
      {NID_setct_PANData, "DER:0500", ""},
  }));
  const CrlRecipe recipe{.revoked = {7}, .entry_extensions = {{nid, value}}};
  const Compilation compilation = maker.compile(test::crl(maker.issuing, recipe));
  CAPTURE(value);
  if (*error == '\0')
    CHECK(compilation.error_count == 0);
  else
    CHECK(first_error(compilation).starts_with(std::string("1: CRL 1 (CN=Issuing) ") + error));
}

TEST_CASE("numbers, serials and dates have to be possible", "[revocation]") {
  const Maker maker;
  CrlRecipe recipe{.number = -1};
  const auto error = [&] { return first_error(maker.compile(test::crl(maker.issuing, recipe))); };
  SECTION("a negative number") {
    recipe.extensions = {{NID_crl_number, "DER:0201ff"}};
    CHECK(error().find("has a number that is negative") != std::string::npos);
  }
  SECTION("an endless number") {
    recipe.extensions = {{NID_crl_number, "DER:0221" + std::string(66, '1')}};
    CHECK(error().find("more than 32 bytes") != std::string::npos);
  }
  SECTION("two numbers") {
    recipe.extensions = {{NID_crl_number, "DER:020101"}, {NID_crl_number, "DER:020102"}};
    CHECK(error().find("has a number that cannot be understood") != std::string::npos);
  }
  SECTION("no number") { CHECK(maker.compile(test::crl(maker.issuing, recipe)).error_count == 0); }
}

TEST_CASE("a weak digest is refused or warned of", "[revocation]") {
  const Maker maker;
  CHECK(has_warning(maker.compile(test::crl(maker.issuing, {.digest = EVP_sha1()})),
                    "CRL 1 (CN=Issuing) is signed with SHA-1, which is weak"));
  // MD5 needs an RSA key.
  const Party rsa = issue(ca("RSA"), nullptr, test::rsa_key(2048));
  Maker other;
  other.trust = test::compile_trust(pem({&rsa})).image;
  CHECK(first_error(other.compile(test::crl(rsa, {.digest = EVP_md5()}))) ==
        "1: CRL 1 (CN=RSA) is signed with MD5 or older, which anybody can forge; SHA-256 or better "
        "is needed");
  CHECK(has_warning(other.compile(test::crl(rsa, {.digest = EVP_sha1()})), "SHA-1"));
  CHECK(other.compile(test::crl(rsa)).warnings.empty());
}

TEST_CASE("what is no CRL is refused with its line", "[revocation]") {
  const Maker maker;
  std::vector<unsigned char> der =
      der_of<X509_CRL>(test::make_crl(maker.issuing, {}).get(), i2d_X509_CRL);
  const auto error = [&](const std::string& text) { return first_error(maker.compile(text)); };
  CHECK(error("").starts_with("1: holds no PEM block"));
  CHECK(error(test::private_key_pem(maker.root)) == "1: holds a private key; remove it");
  CHECK(error(pem({&maker.root})) == "1: is a CERTIFICATE, not an X509 CRL");
  der.push_back(0);
  CHECK(error(test::pem_of("X509 CRL", der)) == "1: CRL 1 has bytes behind its end");
  der.resize(der.size() / 2);
  CHECK(error(test::pem_of("X509 CRL", der)) == "1: CRL 1 cannot be parsed");
  std::string many;
  for (int i = 0; i < 257; ++i) many += test::pem_of("X509 CRL", der);
  const Compilation compilation = maker.compile(many);
  CHECK(compilation.errors[0].text.find("more than 256 blocks") != std::string::npos);
}

TEST_CASE("what an administrator should look after is warned of", "[revocation]") {
  Maker maker;
  CHECK(has_warning(maker.compile(test::crl(maker.issuing, {.next_update = kNow})),
                    "CRL 1 (CN=Issuing) was due to be replaced on 2026-01-01T00:00:00Z; it still "
                    "applies"));
  CHECK(has_warning(maker.compile(test::crl(maker.issuing, {.this_update = kNow + 1})),
                    "CRL 1 (CN=Issuing) is dated in the future, 2026-01-01T00:00:01Z"));
  CHECK(has_warning(maker.compile(test::crl(maker.issuing)),
                    "there is no CRL of CN=Root, a CA of the trust files"));
  // A CRL that is overdue revokes all the same.
  maker.adopt(test::crl(maker.issuing, {.next_update = kNow - kDay, .revoked = {1000}}));
  CHECK(maker.first_revoked() == 0);
  CHECK(PublishedRevocations::open_published(maker.in_force)->earliest_next_update() ==
        kNow - kDay);
  maker.in_force.clear();
  maker.adopt(test::crl(maker.issuing, {.next_update = 0}));
  CHECK_FALSE(PublishedRevocations::open_published(maker.in_force)->earliest_next_update());
}

TEST_CASE("many revoked serials are all found", "[revocation]") {
  Maker maker;
  std::vector<long> revoked;
  for (long i = 0; i < 5000; ++i) revoked.push_back(i * 3 + 1);
  maker.adopt(test::crl(maker.issuing, {.revoked = revoked}));
  const auto revocations = PublishedRevocations::open_published(maker.in_force);
  const IssuerCrl* const crl = revocations->view.find(issuer_key_of(maker.issuing.get()));
  REQUIRE(crl);
  CHECK(crl->revoked.count() == 5000);
  CHECK(maker.first_revoked() == 0); // 1000 is one of them
}
