// SPDX-License-Identifier: Apache-2.0
// What a trust file may hold; what it says of certificates is trust_verdict_test.
#include "pki/trust_file.hpp"
#include "pki/trust_image.hpp"
#include "support/catch.hpp"
#include "support/pki.hpp"

#include <algorithm>

using namespace polyauth;
using test::ca;
using test::compile_trust;
using test::device;
using test::issue;
using test::kNow;
using test::kYear;
using test::Party;
using test::pem;
using test::Recipe;

namespace {

std::string first_error(std::string_view text) {
  const Compilation compilation = compile_trust(text);
  if (compilation.errors.empty()) return "none";
  CHECK(compilation.image.empty());
  CHECK(compilation.warnings.empty());
  return std::to_string(compilation.errors[0].line) + ": " + compilation.errors[0].text;
}

std::vector<std::string> warnings(std::string_view text) {
  const Compilation compilation = compile_trust(text);
  CHECK(compilation.error_count == 0);
  std::vector<std::string> texts;
  for (const Diagnostic& warning : compilation.warnings)
    texts.push_back(std::to_string(warning.line) + ": " + warning.text);
  return texts;
}

Recipe with(Recipe recipe, int nid, std::string value) {
  std::erase_if(recipe.extensions, [&](const auto& each) { return each.first == nid; });
  if (!value.empty()) recipe.extensions.emplace_back(nid, std::move(value));
  return recipe;
}

} // namespace

TEST_CASE("a file of root and CAs is good", "[trust]") {
  const Party root = issue(ca("Root"));
  const Party policy = issue(ca("Policy"), &root);
  const Party issuing = issue(ca("Issuing"), &policy);
  const std::string text = "in any order\n" + pem({&issuing, &root, &policy});
  const Compilation compilation = compile_trust(text);
  CHECK(compilation.error_count == 0);
  CHECK(compilation.warnings.empty());
  CHECK(compilation.summary == "certificates=3 anchors=1");
  CHECK(kTrustFormat.is_whole(compilation.image));
  CHECK(PublishedTrust::open_published(compilation.image));
}

TEST_CASE("a certificate that stands twice counts once", "[trust]") {
  const Party root = issue(ca("Root"));
  const Party issuing = issue(ca("Issuing"), &root);
  CHECK(compile_trust(pem({&root, &issuing, &root, &issuing})).summary ==
        "certificates=2 anchors=1");
}

TEST_CASE("without a self-signed certificate all are anchors", "[trust]") {
  const Party root = issue(ca("Root"));
  const Party policy = issue(ca("Policy"), &root);
  const Party issuing = issue(ca("Issuing"), &policy);
  const Compilation compilation = compile_trust(pem({&policy, &issuing}));
  CHECK(compilation.summary == "certificates=2 anchors=2");
  CHECK(compilation.warnings.empty());
}

TEST_CASE("an old self-signed certificate without extensions is a CA", "[trust]") {
  Recipe recipe;
  recipe.cn = "Old root";
  recipe.version = 0;
  const Party root = issue(recipe);
  CHECK(compile_trust(pem({&root})).summary == "certificates=1 anchors=1");
  const Party other = issue(ca("Root"));
  const Party signed_v1 = issue(recipe, &other);
  CHECK(first_error(pem({&signed_v1})).starts_with("1: certificate 1 (CN=Old root) is not a CA"));
}

TEST_CASE("what is no usable CA is refused by number and name", "[trust]") {
  const Party root = issue(ca("Root"));
  const std::string first = pem({&root});
  const auto line = std::count(first.begin(), first.end(), '\n') + 1;
  const std::string where = std::to_string(line) + ": certificate 2 (CN=x) ";
  const auto error = [&](const Recipe& recipe) {
    const Party party = issue(recipe, &root);
    return first_error(pem({&root, &party}));
  };
  CHECK(error(device("x")) ==
        where + "is not a CA; only CA certificates belong here, never those of devices");
  CHECK(error(with(ca("x"), NID_basic_constraints, "critical,CA:FALSE"))
            .starts_with(where + "is not a CA"));
  CHECK(error(with(ca("x"), NID_basic_constraints, "")).starts_with(where + "is not a CA"));
  CHECK(error(with(ca("x"), NID_key_usage, "cRLSign")) ==
        where + "is a CA whose key usage does not allow it to sign certificates");
  CHECK(error(with(ca("x"), NID_basic_constraints, "DER:0101")) ==
        where + "has an extension or a key that cannot be understood");
  Recipe expired = ca("x");
  expired.until = kNow;
  CHECK(error(expired) == where + "expired on 2026-01-01T00:00:00Z; remove or replace it");
  expired.until = kNow + 1;
  CHECK(error(expired) == "none");
}

TEST_CASE("an imposter of itself is refused", "[trust]") {
  const Party root = issue(ca("Root"));
  const Party imposter = issue(ca("Root"), &root); // another key
  CHECK(first_error(pem({&imposter})).find("did not sign itself") != std::string::npos);
}

TEST_CASE("what is no certificate is refused with its line", "[trust]") {
  const Party root = issue(ca("Root"));
  const std::string good = pem({&root});
  std::vector<unsigned char> der = der_of<X509>(root.get(), i2d_X509);
  CHECK(first_error("").starts_with("1: holds no PEM block"));
  CHECK(first_error(std::string(5000, '\0')).starts_with("1: holds no PEM block"));
  CHECK(first_error(private_key_pem(root) + good) == "1: holds a private key; remove it");
  CHECK(first_error(test::crl(root)) == "1: is an X509 CRL, not a CERTIFICATE");
  CHECK(first_error(test::pem_of("CERTIFICATE", std::vector<unsigned char>{1, 2, 3})) ==
        "1: certificate 1 cannot be parsed");
  der.push_back(0);
  CHECK(first_error(test::pem_of("CERTIFICATE", der)) ==
        "1: certificate 1 (CN=Root) has bytes behind its end");
  der.resize(der.size() / 2);
  CHECK(first_error(test::pem_of("CERTIFICATE", der)) == "1: certificate 1 cannot be parsed");
  CHECK(first_error(std::string(kMaxTrustBytes + 1, 'x')) ==
        "1: is larger than the limit: 1048577 of at most 1048576 bytes");
}

TEST_CASE("more than 256 certificates are refused", "[trust]") {
  const std::string one = pem(issue(ca("Root")).get());
  std::string text;
  for (std::size_t i = 0; i < kMaxTrustCertificates; ++i) text += one;
  CHECK(compile_trust(text).error_count == 0);
  CHECK(first_error(text + one).find("holds more than 256 blocks") != std::string::npos);
}

TEST_CASE("every error is counted, the first twenty are told", "[trust]") {
  const std::string one = pem(issue(device("x")).get());
  std::string text;
  for (int i = 0; i < 30; ++i) text += one;
  const Compilation compilation = compile_trust(text);
  CHECK(compilation.error_count == 30);
  CHECK(compilation.errors.size() == 20);
}

TEST_CASE("a root alone is warned of", "[trust]") {
  const Party root = issue(ca("Root"));
  CHECK(warnings(pem({&root})) ==
        std::vector<std::string>{"1: there are only self-signed certificates; the chain is built "
                                 "from this file only; add the maker's policy and issuing CAs, or "
                                 "phones are refused"});
}

TEST_CASE("a CA that no chain connects to an anchor is warned of", "[trust]") {
  const Party root = issue(ca("Root"));
  const Party issuing = issue(ca("Issuing"), &root);
  const Party other = issue(ca("Other"));
  const Party stray = issue(ca("Stray"), &other);
  // Of the name of the right issuer, but signed by another key.
  const Party imposter_root = issue(ca("Root"));
  const Party imposter = issue(ca("Imposter"), &imposter_root);
  const auto said = warnings(pem({&root, &issuing, &stray, &imposter}));
  REQUIRE(said.size() == 2);
  CHECK(said[0].find("certificate 3 (CN=Stray) vouches for nobody") != std::string::npos);
  CHECK(said[1].find("certificate 4 (CN=Imposter) vouches for nobody") != std::string::npos);
}

TEST_CASE("a CA that is not yet valid is warned of", "[trust]") {
  Recipe recipe = ca("Root");
  recipe.from = kNow + 1;
  const Party root = issue(recipe);
  const Party issuing = issue(ca("Issuing"), &root);
  const auto said = warnings(pem({&root, &issuing}));
  REQUIRE(said.size() == 1);
  CHECK(said[0] == "1: certificate 1 (CN=Root) is not valid before 2026-01-01T00:00:01Z; until "
                   "then it vouches for nobody");
}

TEST_CASE("names cannot break a line", "[trust]") {
  CHECK(first_error(pem(issue(device("a\nb\x1b[0m")).get())) ==
        "1: certificate 1 (CN=a\\0Ab\\1B[0m) is not a CA; only CA certificates belong here, never "
        "those of devices");
}
