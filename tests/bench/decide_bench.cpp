// SPDX-License-Identifier: Apache-2.0
// The rule book and the search for addresses, by what phones ask for.
#include "bench/bench.hpp"
#include "core/mac_scan.hpp"
#include "core/rule_book.hpp"
#include "support/builders.hpp"

using namespace polyauth;
using test::mac;
using test::Scene;

namespace {

constexpr std::uint64_t kDevice = 0x0004f2aabbcc;

// A device all of whose answers are at hand: on a connection that was judged before
// (`known`), or asked one by one.
class Phone final : public DeviceAnswers {
public:
  explicit Phone(bool known) : known_(known) {}
  std::optional<MacAddress> admitted() override {
    return known_ ? std::optional(MacAddress(kDevice)) : std::nullopt;
  }
  CertificateState certificate() override { return CertificateState::kVerified; }
  Validity validity() override { return Validity::kValid; }
  Trust trust() override { return Trust::kTrusted; }
  Revocation revocation() override { return Revocation::kGood; }
  Identity identity() override { return MacAddress(kDevice); }
  AclAnswer acl(const MacAddress& /*device*/) override { return AclAnswer::kAdmitted; }

private:
  bool known_;
};

} // namespace

TEST_CASE("deciding", "[bench]") {
  const SharedFiles shared_files = test::shared({"poly"});
  const Uploads uploads = test::uploads({"poly"});
  const Policy policy{Match::kPath, {}, &shared_files, &uploads};
  const auto by = [&](bool known, std::string_view method, std::string_view path) {
    Phone phone(known);
    return decide(policy, Scene::plain(method, path), phone, Scope::kOwnership).reason;
  };
  REQUIRE(by(true, "GET", "/0004f2aabbcc.cfg") == Reason::kOwnFile);
  BENCHMARK("decide: own file, device known") { return by(true, "GET", "/0004f2aabbcc.cfg"); };
  BENCHMARK("decide: own file, device asked for") { return by(false, "GET", "/0004f2aabbcc.cfg"); };
  BENCHMARK("decide: shared file") { return by(true, "GET", "/000000000000.cfg"); };
  BENCHMARK("decide: firmware") { return by(true, "GET", "/3111-44500-001.sip.ld"); };
  BENCHMARK("decide: upload") { return by(true, "PUT", "/0004f2aabbcc-app.log"); };
  BENCHMARK("decide: foreign file") { return by(true, "GET", "/0004f2aabbdd.cfg"); };
  BENCHMARK("decide: long path") {
    return by(true, "GET", "/provisioning/site-12/phones/vvx/0004f2aabbcc/0004f2aabbcc-phone.cfg");
  };
}

TEST_CASE("searching for addresses", "[bench]") {
  const MacAddress own(kDevice);
  REQUIRE(find_macs("/0004f2aabbcc.cfg", own).own);
  BENCHMARK("search: short path") { return find_macs("/0004f2aabbcc.cfg", own); };
  BENCHMARK("search: separated spelling") { return find_macs("/00-04-f2-aa-bb-cc.cfg", own); };
  BENCHMARK("search: inside a word") { return find_macs("/phone0004f2aabbccdirectory.xml", own); };
  BENCHMARK("search: long path without any") {
    return find_macs("/provisioning/site-12/phones/vvx/firmware/3111-44500-001.sip.ld", own);
  };
}
