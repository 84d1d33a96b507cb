// SPDX-License-Identifier: Apache-2.0
// The verdict on a certificate that was judged before, and CRLs of 200,000 certificates.
#include "bench/bench.hpp"
#include "pki/revocation_file.hpp"
#include "pki/serial.hpp"
#include "support/pki.hpp"

#include <numeric>

using namespace polyauth;
using test::ca;
using test::device;
using test::issue;
using test::kNow;
using test::Party;
using test::pem;

namespace {

struct Maker {
  Party root = issue(ca("Root"));
  Party issuing = issue(ca("Issuing"), &root);
  Party phone = issue(device("0004F2AABBCC", 1'000'000), &issuing);
  std::string file = pem({&root, &issuing});
};

void revocations(std::size_t count) {
  const Maker maker;
  const std::vector<std::byte> trust = test::compile_trust(maker.file).image;
  std::vector<long> serials(count);
  std::iota(serials.begin(), serials.end(), 1L);
  const std::string text = test::crl(maker.issuing, {.revoked = serials}) + test::crl(maker.root);
  const auto compile = [&] { return kRevocationFormat.compile(text, {{trust}, {}, kNow}); };
  const Compilation compilation = compile();
  REQUIRE(compilation.error_count == 0);
  const std::string of = " of " + std::to_string(count) + " certificates";
  BENCHMARK("loading a CRL" + of) { return compile().image.size(); };

  const auto published = PublishedRevocations::open_published(compilation.image);
  REQUIRE(published);
  const auto verdict = test::trust_of(maker.file).judge(maker.phone.get(), 1, kNow);
  REQUIRE(verdict->trusted);
  REQUIRE_FALSE(published->first_revoked(verdict->chain));
  BENCHMARK("asking a CRL" + of + " about a chain") {
    return published->first_revoked(verdict->chain).has_value();
  };
}

} // namespace

TEST_CASE("judging a certificate", "[bench]") {
  const Maker maker;
  const PublishedTrust trust = test::trust_of(maker.file);
  REQUIRE(trust.judge(maker.phone.get(), 1, kNow)->trusted);
  BENCHMARK("a verdict that is remembered") {
    return trust.judge(maker.phone.get(), 1, kNow)->trusted;
  };
}

TEST_CASE("judging a certificate for the first time", "[bench]") {
  const Maker maker;
  BENCHMARK_ADVANCED("a verdict on a new certificate")(Catch::Benchmark::Chronometer meter) {
    std::vector<PublishedTrust> fresh;
    for (int i = 0; i < meter.runs(); ++i) fresh.push_back(test::trust_of(maker.file));
    meter.measure([&](int run) {
      return fresh[static_cast<std::size_t>(run)].judge(maker.phone.get(), 1, kNow)->trusted;
    });
  };
}

TEST_CASE("a short CRL", "[bench]") { revocations(100); }
TEST_CASE("a long CRL", "[bench][.large]") { revocations(200'000); }
