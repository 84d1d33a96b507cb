// SPDX-License-Identifier: Apache-2.0
#include "core/clean_text.hpp"
#include "core/mac_scan.hpp"
#include "core/plain_path.hpp"
#include "core/rule_book.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <random>
#include <string>

using namespace polyauth;

namespace {

constexpr MacAddress kOwn(0x0004f2aabbcc);

// What it says yes to, by the functions that look byte by byte.
bool is_own_by_the_book(const std::string& path) {
  const MacsInText macs = find_macs(path, kOwn);
  return is_clean_path(path) && macs.own && !macs.foreign &&
         path.find('/', macs.own_at) == std::string::npos;
}

// Of a device about which nothing is left to ask.
class Admitted final : public DeviceAnswers {
public:
  std::optional<MacAddress> admitted() override { return kOwn; }
  CertificateState certificate() override { return CertificateState::kVerified; }
  Validity validity() override { return Validity::kValid; }
  Trust trust() override { return Trust::kTrusted; }
  Revocation revocation() override { return Revocation::kGood; }
  Identity identity() override { return kOwn; }
  AclAnswer acl(const MacAddress&) override { return AclAnswer::kAdmittedByName; }
};

// Somebody who only has to be there: then every question is asked.
class Bystander final : public Observer {
  void asked(Question, std::optional<Reason>) override {}
};

} // namespace

TEST_CASE("the paths of most requests are plain", "[plain_path]") {
#if defined(__SSE2__)
  const std::string path =
      GENERATE("/0004f2aabbcc.cfg", "/0004F2AABBCC.cfg", "/0004f2aabbcc-phone.cfg",
               "/0004f2aabbcc-directory.xml", "/cfg/phone-0004f2aabbcc.cfg", "/VVX400-0004F2AABBCC",
               "/provisioning/site-7/0004f2aabbcc-app.log");
  CAPTURE(path);
  CHECK(is_plainly_own(path, kOwn));
#else
  CHECK_FALSE(is_plainly_own("/0004f2aabbcc.cfg", kOwn));
#endif
}

TEST_CASE("what is not plain takes a closer look", "[plain_path]") {
  const std::string path =
      GENERATE("", "/", "/0004f2aabbcc", "/0004f2aabbcd.cfg", "/0004f2aabbcc/sip.cfg",
               "/000000000000.cfg", "/phone0004f2aabbcc.cf", "/0004f2aabbcc0.cfg",
               "/a0004f2aabbcc.cfg", "/0004f2aabbcc/0004f2aabbcc.cfg",
               "/0004f2aabbcd/0004f2aabbcc.cfg", "/00-04-f2-aa-bb-cd/0004f2aabbcc.cfg",
               "/0004.f2aa.bbcd/0004f2aabbcc.cfg", "/4c1b6cf2-1b8a-4c3e-9f00-0004f2aabbcc",
               "/0004f2aabbcc;.cfg", "/0004f2aabbcc%2f.cfg", "/\xc3\xa4/0004f2aabbcc.cfg",
               "/a-name-that-is-longer-than-what-is-looked-at-at-once-is-also/0004f2aabbcc.cfg");
  CAPTURE(path);
  CHECK_FALSE(is_plainly_own(path, kOwn));
}

TEST_CASE("a placeholder is nobody's own", "[plain_path]") {
  CHECK_FALSE(is_plainly_own("/000000000042.cfg", MacAddress(0x42)));
}

TEST_CASE("one byte takes the plainness from a path wherever it stands", "[plain_path]") {
  for (std::size_t size = 16; size <= 64; ++size) {
    std::string path(size, 'x');
    path.replace(0, 13, "/0004f2aabbcc");
    for (unsigned byte = 0; byte < 256; ++byte) {
      for (std::size_t at = 13; at < size; ++at) {
        std::string text = path;
        text[at] = static_cast<char>(byte);
        if (is_plainly_own(text, kOwn) && !is_own_by_the_book(text))
          FAIL(size << ' ' << byte << ' ' << at);
      }
    }
  }
}

TEST_CASE("whatever is plain is so by the book", "[plain_path]") {
  // Mostly digits, and all that joins, continues or ends an address.
  constexpr std::string_view kAlphabet =
      "00112233445566778899aabbccddeeffABCDEF--::../_gP%\xc3\x80";
  constexpr std::string_view kPieces[] = {
      "0004f2aabbcc",      "0004F2AABBCC", "00-04-f2-aa-bb-cc", "0004.f2aa.bbcc",
      "00:04:f2:aa:bb:cc", "0004f2aabbcd", "000000000000",      "4c1b6cf2-1b8a-4c3e-9f00-"};
  std::mt19937_64 random(9);
  int plain = 0;
  for (int i = 0; i < 300'000; ++i) {
    std::string text = "/";
    for (auto pieces = random() % 4; pieces > 0; --pieces) {
      for (auto length = random() % (i % 3 == 0 ? 30 : 4); length > 0; --length)
        text += kAlphabet[random() % kAlphabet.size()];
      text += kPieces[random() % std::size(kPieces)];
    }
    if (random() % 2 == 0) text += ".cfg";
    if (!is_plainly_own(text, kOwn)) continue;
    ++plain;
    CAPTURE(text);
    REQUIRE(is_own_by_the_book(text));
  }
#if defined(__SSE2__)
  CHECK(plain > 1000);
#endif
}

TEST_CASE("a decision at one look is that of the questions one by one", "[plain_path]") {
  constexpr std::string_view kPaths[] = {"/0004f2aabbcc.cfg",
                                         "/0004f2aabbcc/sip.cfg",
                                         "/0004f2aabbcd.cfg",
                                         "/000000000000.cfg",
                                         "/cfg/0004f2aabbcc-app.log",
                                         "/plain/old/name.cfg",
                                         "",
                                         "/0004f2aabbcc.cfg/x"};
  constexpr std::string_view kMapped[] = {
      "/0004f2aabbcc.cfg", "/cfg/0004f2aabbcc-app.log", "", "/0004f2aabbcd.cfg",
      "/other.cfg",        "0004f2aabbcc.cfg"};
  constexpr std::string_view kMethods[] = {"GET", "HEAD", "PUT", "POST", "DELETE"};
  const SharedFiles shared = test::shared({"poly"});
  const Uploads uploads = test::uploads({"poly"});
  Admitted device;
  Bystander bystander;
  std::mt19937_64 random(10);
  const auto one_of = [&](const auto& choices) { return choices[random() % std::size(choices)]; };
  int grants = 0;
  for (int i = 0; i < 100'000; ++i) {
    const Policy policy{static_cast<Match>(random() % 5), "mac", random() % 3 ? &shared : nullptr,
                        &uploads};
    Resource resource;
    resource.method = one_of(kMethods);
    resource.path = one_of(kPaths);
    resource.mapped = one_of(kMapped);
    if (random() % 3 == 0) resource.path_info = "/x";
    if (random() % 3 == 0) resource.query = random() % 2 ? "mac=0004f2aabbcc" : "mac=0004f2aabbcd";
    resource.file_exists = random() % 2 == 0;
    resource.proxied = random() % 3 == 0;
    resource.handler = static_cast<Handler>(random() % 3);
    resource.from_own_file = random() % 2 == 0;
    const Scope scope = random() % 4 == 0 ? Scope::kDeviceOnly : Scope::kOwnership;
    const Decision looked = decide(policy, resource, device, scope);
    const Decision asked = decide(policy, resource, device, scope, &bystander);
    CAPTURE(resource.method, resource.path, resource.mapped, resource.query);
    REQUIRE(looked.reason == asked.reason);
    REQUIRE(looked.device == asked.device);
    REQUIRE(looked.foreign == asked.foreign);
    grants += looked.granted() ? 1 : 0;
  }
  CHECK(grants > 1000);
}
