// SPDX-License-Identifier: Apache-2.0
// What a trust file says of certificates.
#include "pki/serial.hpp"
#include "pki/trust_file.hpp"
#include "support/catch.hpp"
#include "support/pki.hpp"

#include <atomic>
#include <limits>
#include <thread>

using namespace polyauth;
using test::ca;
using test::device;
using test::issue;
using test::kNow;
using test::kYear;
using test::Party;
using test::pem;
using test::Recipe;
using test::trust_of;

namespace {

constexpr int kLevel = 1;

// The maker's shape: root, policy CA, two issuing CAs, a phone.
struct Maker {
  Party root = issue(ca("Root CA"));
  Party policy = issue(ca("Policy CA"), &root);
  Party issuing = issue(ca("Issuing CA 1"), &policy);
  Party sibling = issue(ca("Issuing CA 2"), &policy);
  Party phone = issue(device("0004F2AABBCC"), &issuing);
  [[nodiscard]] std::string file() const { return pem({&root, &policy, &issuing}); }
};

std::string problem(const PublishedTrust& trust, const Party& leaf, int level = kLevel,
                    std::int64_t now = kNow) {
  const auto verdict = trust.judge(leaf.get(), level, now);
  CHECK(verdict->trusted == verdict->problem.empty());
  CHECK(verdict->trusted == !verdict->chain.empty());
  return verdict->trusted ? "none" : verdict->problem;
}

bool trusts(const PublishedTrust& trust, const Party& leaf, int level = kLevel,
            std::int64_t now = kNow) {
  return problem(trust, leaf, level, now) == "none";
}

Recipe lasting(Recipe recipe, std::int64_t from, std::int64_t until) {
  recipe.from = from;
  recipe.until = until;
  return recipe;
}

} // namespace

TEST_CASE("a phone of the maker is trusted, and its chain is told", "[trust]") {
  const Maker maker;
  const PublishedTrust trust = trust_of(maker.file());
  const auto verdict = trust.judge(maker.phone.get(), kLevel, kNow);
  REQUIRE(verdict->trusted);
  REQUIRE(verdict->chain.size() == 4);
  CHECK(verdict->chain[0].subject == "0004F2AABBCC");
  CHECK(verdict->chain[1].subject == "Issuing CA 1");
  CHECK(verdict->chain[2].subject == "Policy CA");
  CHECK(verdict->chain[3].subject == "Root CA");
  CHECK(verdict->chain[0].serial == serial_of(X509_get0_serialNumber(maker.phone.get())));
  CHECK(verdict->chain[0].issuer == issuer_key_of(maker.issuing.get()));
  CHECK(verdict->chain[1].issuer == issuer_key_of(maker.policy.get()));
  CHECK(verdict->chain[2].issuer == issuer_key_of(maker.root.get()));
  CHECK(verdict->chain[3].issuer == issuer_key_of(maker.root.get()));
}

TEST_CASE("whoever is not vouched for by the file alone is not trusted", "[trust]") {
  const Maker maker;
  const PublishedTrust trust = trust_of(maker.file());
  SECTION("a sibling CA under the same root that is not in the file") {
    CHECK(problem(trust, issue(device("x"), &maker.sibling)) ==
          "unable to get local issuer certificate at depth 0 (CN=x)");
  }
  SECTION("the root does not stand in for a CA that is missing") {
    CHECK_FALSE(trusts(trust_of(pem({&maker.root})), maker.phone));
    CHECK_FALSE(trusts(trust_of(pem({&maker.root, &maker.issuing})), maker.phone));
  }
  SECTION("an imposter of the issuing CA's name") {
    const Party imposter = issue(ca("Issuing CA 1"));
    CHECK(problem(trust, issue(device("x"), &imposter)).find("certificate signature failure") == 0);
  }
  SECTION("a whole imposter chain of the same names") {
    const Maker imposter;
    CHECK_FALSE(trusts(trust, imposter.phone));
  }
  SECTION("another maker") { CHECK_FALSE(trusts(trust, issue(device("x"), nullptr))); }
  SECTION("a self-signed leaf") {
    CHECK(problem(trust, issue(device("x"))) == "the certificate is self-signed");
  }
  SECTION("a CA of the file") {
    for (const Party* const party : {&maker.issuing, &maker.policy})
      CHECK(problem(trust, *party) == "the certificate is that of a CA in the trust file");
    CHECK(problem(trust, maker.root) == "the certificate is self-signed");
  }
  SECTION("another certificate of a CA of the file") {
    const Party renewed =
        issue(ca("Issuing CA 1"), &maker.policy,
              test::KeyPtr((EVP_PKEY_up_ref(maker.issuing.key.get()), maker.issuing.key.get())));
    CHECK(problem(trust, renewed) == "the certificate is that of a CA in the trust file");
  }
}

TEST_CASE("what a CA may do is respected", "[trust]") {
  const Party root = issue(ca("Root"));
  SECTION("path length") {
    const Party first = issue(ca("First", ",pathlen:0"), &root);
    const Party second = issue(ca("Second"), &first);
    const PublishedTrust trust = trust_of(pem({&root, &first, &second}));
    CHECK(problem(trust, issue(device("x"), &second)).find("path length constraint exceeded") == 0);
    CHECK(trusts(trust, issue(device("x"), &first)));
  }
  SECTION("a device is no CA") {
    const Party issuing = issue(ca("Issuing"), &root);
    const Party phone = issue(device("phone"), &issuing);
    CHECK_FALSE(trusts(trust_of(pem({&root, &issuing})), issue(device("x"), &phone)));
  }
  SECTION("purpose") {
    const Party issuing = issue(ca("Issuing"), &root);
    const PublishedTrust trust = trust_of(pem({&root, &issuing}));
    Recipe recipe = device("x");
    recipe.extensions = {{NID_ext_key_usage, "serverAuth"}};
    CHECK(problem(trust, issue(recipe, &issuing)).find("unsuitable certificate purpose") == 0);
    recipe.extensions = {{NID_ext_key_usage, "serverAuth,clientAuth"}};
    CHECK(trusts(trust, issue(recipe, &issuing)));
    recipe.extensions = {};
    CHECK(trusts(trust, issue(recipe, &issuing)));
    recipe.extensions = {{NID_key_usage, "cRLSign"}};
    CHECK_FALSE(trusts(trust, issue(recipe, &issuing)));
  }
  SECTION("an unknown critical extension") {
    const Party issuing = issue(ca("Issuing"), &root);
    Recipe recipe = device("x");
    recipe.extensions.emplace_back(NID_setct_PANData, "critical,DER:0500");
    CHECK(problem(trust_of(pem({&root, &issuing})), issue(recipe, &issuing))
              .find("unhandled critical extension") == 0);
  }
}

TEST_CASE("without a self-signed certificate each CA of the file is an anchor", "[trust]") {
  const Maker maker;
  SECTION("the issuing CA alone") {
    const PublishedTrust trust = trust_of(pem({&maker.issuing}));
    const auto verdict = trust.judge(maker.phone.get(), kLevel, kNow);
    REQUIRE(verdict->trusted);
    REQUIRE(verdict->chain.size() == 2);
    // Nobody in the file could revoke it.
    CHECK(verdict->chain[1].issuer == kUnknownIssuer);
    CHECK_FALSE(trusts(trust, issue(device("x"), &maker.sibling)));
    CHECK_FALSE(trusts(trust, maker.issuing));
  }
  SECTION("with the one above it") {
    const PublishedTrust trust = trust_of(pem({&maker.issuing, &maker.policy}));
    const auto verdict = trust.judge(maker.phone.get(), kLevel, kNow);
    REQUIRE(verdict->trusted);
    CHECK(verdict->chain[1].issuer == issuer_key_of(maker.policy.get()));
    CHECK(trusts(trust, issue(device("x"), &maker.policy)));
  }
}

TEST_CASE("weak keys and digests follow the security level", "[trust]") {
  const Party root = issue(ca("Root"));
  const Party issuing = issue(ca("Issuing"), &root);
  const PublishedTrust trust = trust_of(pem({&root, &issuing}));
  Recipe sha1 = device("sha1");
  sha1.digest = EVP_sha1();
  const Party old_digest = issue(sha1, &issuing);
  const Party rsa1024 = issue(device("rsa1024"), &issuing, test::rsa_key(1024));
  const Party modern = issue(device("modern"), &issuing);
  CHECK(trusts(trust, old_digest, 0));
  CHECK(problem(trust, old_digest, 1).find("CA signature digest algorithm too weak") == 0);
  CHECK(trusts(trust, rsa1024, 0));
  CHECK(trusts(trust, rsa1024, 1));
  CHECK(problem(trust, rsa1024, 2).find("EE certificate key too weak") == 0);
  CHECK_FALSE(trusts(trust, old_digest, 2));
  CHECK(trusts(trust, modern, 2));
  // The level is part of what is remembered.
  CHECK(trusts(trust, old_digest, 0));
}

TEST_CASE("the dates of the leaf are not judged here, those of a CA are", "[trust]") {
  const Party root = issue(ca("Root"));
  const Party issuing = issue(lasting(ca("Issuing"), kNow - 100, kNow + 100), &root);
  const PublishedTrust trust = trust_of(pem({&root, &issuing}));
  const Party expired = issue(lasting(device("x"), kNow - 90, kNow - 80), &issuing);
  const Party early = issue(lasting(device("y"), kNow + 80, kNow + 90), &issuing);
  CHECK(trusts(trust, expired));
  CHECK(trusts(trust, early));
  CHECK(problem(trust, expired, kLevel, kNow + 100) ==
        "certificate has expired at depth 1 (CN=Issuing)");
  CHECK(trusts(trust, expired, kLevel, kNow + 99));
  CHECK(problem(trust, expired, kLevel, kNow - 101) ==
        "certificate is not yet valid at depth 1 (CN=Issuing)");
  CHECK(trusts(trust, expired, kLevel, kNow - 100));
}

TEST_CASE("an expired leaf has to be right in everything else", "[trust]") {
  const Maker maker;
  const PublishedTrust trust = trust_of(maker.file());
  const Maker other;
  CHECK_FALSE(trusts(trust, issue(lasting(device("x"), 0, kNow - 1), &other.issuing)));
  Recipe server = lasting(device("x"), 0, kNow - 1);
  server.extensions = {{NID_ext_key_usage, "serverAuth"}};
  CHECK_FALSE(trusts(trust, issue(server, &maker.issuing)));
}

TEST_CASE("a verdict tells how long it holds", "[trust]") {
  const Party root = issue(lasting(ca("Root"), kNow - 500, kNow + 500));
  const Party issuing = issue(lasting(ca("Issuing"), kNow - 100, kNow + 100), &root);
  const PublishedTrust trust = trust_of(pem({&root, &issuing}));
  const Party phone = issue(device("x"), &issuing);
  const auto until = [&](std::int64_t now) {
    return trust.judge(phone.get(), kLevel, now)->holds_until;
  };
  CHECK(until(kNow - 501) == kNow - 501);
  CHECK(until(kNow - 500) == kNow - 101);
  CHECK(until(kNow - 101) == kNow - 101);
  CHECK(until(kNow - 100) == kNow + 99);
  CHECK(until(kNow) == kNow + 99);
  CHECK(until(kNow + 99) == kNow + 99);
  CHECK(until(kNow + 100) == kNow + 499);
  CHECK(until(kNow + 500) == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("a remembered verdict does not outlive its time, forwards or backwards", "[trust]") {
  const Party root = issue(ca("Root"));
  const Party issuing = issue(lasting(ca("Issuing"), kNow - 100, kNow + 100), &root);
  const PublishedTrust trust = trust_of(pem({&root, &issuing}));
  const Party phone = issue(device("x"), &issuing);
  const auto first = trust.judge(phone.get(), kLevel, kNow);
  CHECK(first->trusted);
  CHECK(trust.judge(phone.get(), kLevel, kNow + 99) == first);
  CHECK_FALSE(trust.judge(phone.get(), kLevel, kNow + 100)->trusted);
  CHECK(trust.judge(phone.get(), kLevel, kNow)->trusted);
  CHECK_FALSE(trust.judge(phone.get(), kLevel, kNow - 101)->trusted);
}

TEST_CASE("a verdict is remembered by the whole certificate", "[trust]") {
  const Maker maker;
  const PublishedTrust trust = trust_of(maker.file());
  const auto good = trust.judge(maker.phone.get(), kLevel, kNow);
  const X509Ptr same(X509_dup(maker.phone.get()));
  CHECK(trust.judge(same.get(), kLevel, kNow) == good);
  CHECK(trust.remembered() == 1);
  // All is the same but the signature's last byte.
  std::vector<unsigned char> der = der_of<X509>(maker.phone.get(), i2d_X509);
  der.back() ^= 1;
  const unsigned char* at = der.data();
  const X509Ptr forged(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  REQUIRE(forged);
  CHECK_FALSE(trust.judge(forged.get(), kLevel, kNow)->trusted);
  CHECK(trust.judge(maker.phone.get(), kLevel, kNow)->trusted);
}

TEST_CASE("what is remembered is bounded, and what is asked for stays", "[trust]") {
  const Maker maker;
  const PublishedTrust trust = trust_of(maker.file());
  const auto first = trust.judge(maker.phone.get(), kLevel, kNow);
  // Who has no issuer in the file is quick to judge.
  const X509Ptr garbage(X509_dup(issue(device("x"), &maker.sibling).get()));
  for (long i = 0; i < 3 * static_cast<long>(PublishedTrust::kMaxVerdicts); ++i) {
    REQUIRE(ASN1_INTEGER_set(X509_get_serialNumber(garbage.get()), i) == 1);
    i2d_re_X509_tbs(garbage.get(), nullptr);
    REQUIRE_FALSE(trust.judge(garbage.get(), kLevel, kNow)->trusted);
    if (i % 1000 == 0) REQUIRE(trust.judge(maker.phone.get(), kLevel, kNow) == first);
    REQUIRE(trust.remembered() <= PublishedTrust::kMaxVerdicts);
  }
}

TEST_CASE("several threads may ask about one certificate at once", "[trust][threads]") {
  const Maker maker;
  const PublishedTrust trust = trust_of(maker.file());
  std::vector<Party> phones;
  for (int i = 0; i < 8; ++i) phones.push_back(issue(device("phone", i), &maker.issuing));
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 2; ++thread)
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round)
        for (const Party& phone : phones)
          // Some of them at a time that makes them be judged anew.
          if (!trust.judge(phone.get(), round % 3, kNow)->trusted ||
              trust.judge(phone.get(), 1, kNow + 2 * kYear)->trusted)
            ++wrong;
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}
