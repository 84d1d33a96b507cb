// SPDX-License-Identifier: Apache-2.0
// File names that phones of several makers ask for, held against the scanner,
// the lists and the rule book together.
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <string>

using namespace polyauth;
using polyauth::test::mac;
using polyauth::test::Scene;

namespace {

// What a device is told that reads `path` with the default settings.
std::string verdict(std::string_view device, const std::string& path) {
  Scene scene;
  scene.device.identity_is = mac(device);
  return scene.verdict(Scene::plain("GET", path));
}

} // namespace

TEST_CASE("a phone reads its own files and no other phone does", "[phone_files]") {
  const auto [device, path] = GENERATE(table<std::string, std::string>({
      // SoundPoint IP 550
      {"0004a11a1a1a", "/0004a11a1a1a.cfg"},
      {"0004a11a1a1a", "/0004a11a1a1a-user.cfg"},
      {"0004a11a1a1a", "/0004a11a1a1a-phone.cfg"},
      {"0004a11a1a1a", "/0004a11a1a1a-web.cfg"},
      {"0004a11a1a1a", "/0004a11a1a1a-app.log"},
      {"0001a11a1a1a", "/0001A11A1A1A-mb.cfg"},
      // VVX 500
      {"0004f282e824", "/0004f282e824-boot.log"},
      {"0004f282e824", "/0004f282e824.cfg"},
      {"0004f282e824", "/0004f282e824-license.cfg"},
      {"0004f282e824", "/0004f282e824-calls.xml"},
      {"0004f282e824", "/0004f282e824-directory.xml"},
      {"0004f282e824", "/0004f282e824-app.log"},
      // CX5500
      {"64167f000001", "/64167F000001-system.cfg"},
      {"64167f000001", "/64167F000001-Web.cfg"},
      // folders and other shapes of a master file
      {"0004f282e824", "/phone0004f282e824.cfg"},
      {"0004f282e824", "/0004f282e824-extension.cfg"},
      {"0004f282e824", "/VVX500-0004f282e824.cfg"},
      {"f04ea4691c59", "/prov/Edge_E350-f04ea4691c59.cfg"},
      {"0004f282e824", "/logs/0004f282e824-app.log"},
      {"0004f282e824", "/prov/phoneconfigs/0004f282e824-phone.cfg"},
      {"0004f282e824", "/prov/directories/0004f282e824-directory.xml"},
      {"0004f282e824", "/prov/calls/0004f282e824-calls.xml"},
      {"0004f282e824", "/prov/corefiles/0004f282e824-core.tar.gz"},
      {"0004f282e824", "/0004f282e824/logs/0004f282e824-app.log"},
      {"0004f282e824", "/exten0004f282e824.cfg"},
      {"0004f282e824", "/0004f282e824_reg.cfg"},
      {"0004f282e824", "/0004f282e824-sipx-applications.cfg"},
      {"0004f282e824", "/0004f282e824-registration.cfg"},
      {"0004f282e824", "/0004f282e824-sip.cfg"},
      {"0004f282e824", "/0004f282e824-ext.cfg"},
      {"0004f282e824", "/0004f282e824-onboard.cfg"},
      {"0004f282e824", "/config/0004f282e824"},
      // Poly Rove, OBi
      {"9cadef000001", "/9cadef000001.xml"},
      // Yealink, Snom, Grandstream, Gigaset, Fanvil
      {"001565000062", "/001565000062.cfg"},
      {"001565000062", "/001565000062.boot"},
      {"000413741767", "/snom710-000413741767.htm"},
      {"000413741767", "/000413741767.xml"},
      {"c074ad273a10", "/cfgc074ad273a10.xml"},
      {"c074ad273a10", "/cfgc074ad273a10"},
      {"7c2f80e0d605", "/42/2/7c2f80e0d605.xml"},
      {"7c2f80e0d605", "/7C2F80E0D605.xml"},
      {"0c383e07e16c", "/0c383e07e16c.cfg"},
      // Cisco
      {"000e08abcdef", "/000e08abcdef.xml"},
      {"2c3124c9f8e1", "/SEP2C3124C9F8E1.cnf.xml"},
      {"2c3124c9f8e1", "/ATA2C3124C9F8E1.cnf.xml"},
      // 2N writes dashes, Panasonic, Mitel, Htek, Algo, Alcatel
      {"7c1eb3000001", "/hipve-7c-1e-b3-00-00-01.xml"},
      {"0080f0c8c381", "/Config0080F0C8C381.cfg"},
      {"1400e91b4524", "/1400E91B4524.cfg"},
      {"1400e91b4524", "/MN_1400E91B4524.cfg"},
      {"001fc11c22a9", "/cfg001fc11c22a9.xml"},
      {"0022ee000001", "/algom0022EE000001.conf"},
      {"3c28a620089e", "/config.3c28a620089e.xml"},
  }));
  CAPTURE(device, path);
  CHECK(verdict(device, path) == "own-file");
  CHECK(verdict("0004f2aabbcc", path) == "mac-foreign");
}

TEST_CASE("every phone reads what all phones share", "[phone_files]") {
  const std::string path = GENERATE(
      "/000000000000.cfg", "/000000000000-license.cfg", "/000000000000-directory.xml",
      "/3111-44500-001.3111-44500-001.sip.ld", "/3111-44500-001.sip.ld", "/2345-12600-001.sip.ld",
      "/sip.ld", "/sip.ver", "/LoudRing.wav", "/Leaf.jpg", "/LeafEM.jpg", "/BeachEM.jpg",
      "/Config/logo.png", "/languages/Website_dictionary_language_en-us.xml",
      "/SoundPointIPLocalization/Italian_Italy/SoundPointIP-dictionary.xml",
      "/VVXLocalization/German_Germany/VVX-dictionary.xml");
  CAPTURE(path);
  CHECK(verdict("0004f2aabbcc", path) == "shared-file");
  CHECK(verdict("64167f000001", path) == "shared-file");
}

TEST_CASE("a common file is read once the admin shares it", "[phone_files]") {
  const auto [path, pattern] = GENERATE(table<std::string, std::string>({
      {"/sip-basic.cfg", "sip-basic.cfg"},
      {"/polycom.cfg", "polycom.cfg"},
      {"/aastra.cfg", "aastra.cfg"},
      {"/spa504G.cfg", "spa*.cfg"},
      {"/com.broadsoft.xsi-actions/v2.0/user", "user"},
      {"/Welcome", "Welcome"},
  }));
  CAPTURE(path);
  CHECK(verdict("0004f2aabbcc", path) == "mac-missing");
  Scene scene;
  scene.shared_files = test::shared({"poly", pattern});
  CHECK(scene.verdict(Scene::plain("GET", path)) == "shared-file");
}

TEST_CASE("a file for all phones of a model is a placeholder until it is shared", "[phone_files]") {
  const std::string path =
      GENERATE("/y000000000065.cfg", "/y000000000000.boot", "/Y000000000028.CFG");
  CAPTURE(path);
  CHECK(verdict("001565000062", path) == "mac-foreign");
  Scene scene;
  scene.shared_files = test::shared({"y0000000000*", "Y0000000000*"});
  CHECK(scene.verdict(Scene::plain("GET", path)) == "shared-file");
}

TEST_CASE("the second port of an ATA 190 asks for an address that is not its own",
          "[phone_files]") {
  // It drops the first octet of its MAC and appends 01.
  CHECK(verdict("2c3124c9f8e1", "/ATA3124C9F8E101.cnf.xml") == "mac-foreign");
}

TEST_CASE("a shared name in the folder of another phone is that phone's", "[phone_files]") {
  const std::string path = GENERATE("/0004f282e824/sip.ver", "/logs/0004f282e824/logo.png",
                                    "/0004f282e824/000000000000.cfg", "/000000000000/sip.ver");
  CAPTURE(path);
  CHECK(verdict("0004f2aabbcc", path) == "mac-foreign");
}
