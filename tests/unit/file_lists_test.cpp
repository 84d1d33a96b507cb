// SPDX-License-Identifier: Apache-2.0
#include "core/file_lists.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <string>

using namespace polyauth;
using polyauth::test::mac;
using polyauth::test::shared;
using polyauth::test::uploads;
using polyauth::test::Words;

namespace {

const MacAddress kDevice(0x0004f2aabbcc);

bool shares(const Words& words, std::string_view name) {
  return shared(words).contains(name, kDevice);
}
bool stores(const Words& words, std::string_view name) {
  return uploads(words).contains(name, kDevice);
}

} // namespace

TEST_CASE("poly shares the master file and what goes with it", "[file_lists]") {
  const std::string name = GENERATE(
      "000000000000.cfg", "000000000000-license.cfg", "000000000000-directory.xml",
      "3111-44500-001.3111-44500-001.sip.ld", "2345-12600-001.sip.ld", "sip.ld", "sip.ver",
      "SoundPointIP-dictionary.xml", "Website_dictionary_language_en-us.xml", "LoudRing.wav",
      "Leaf.jpg", "LeafEM.jpg", "logo.png", "logo.bmp", "SIP.VER", "LOGO.PNG", "sip.LD");
  CAPTURE(name);
  CHECK(shares({"poly"}, name));
}

TEST_CASE("poly shares nothing else", "[file_lists]") {
  const std::string name =
      GENERATE("", "common.cfg", "000000000000", "000000000000.cfg.bak", "0000000000000.cfg",
               "00000000000.cfg", "x000000000000.cfg", "000000000001.cfg", "y000000000065.cfg",
               "000000000000-license.txt", "sip.ver.old", "mysip.ver", "dictionary.xml", "x.ld.gz",
               "00-00-00-00-00-00.cfg", "0004f2aabbcc.cfg", "0004f2aabbcd.cfg");
  CAPTURE(name);
  CHECK_FALSE(shares({"poly"}, name));
}

TEST_CASE("a name that holds the device's own MAC is its own and not shared", "[file_lists]") {
  const std::string name = GENERATE("0004f2aabbcc.jpg", "logo-0004F2AABBCC.png",
                                    "00-04-f2-aa-bb-cc.bmp", "phone0004f2aabbcc.wav",
                                    "0004f2aabbcc-dictionary.xml", "000000000000-0004f2aabbcc.cfg");
  CAPTURE(name);
  CHECK_FALSE(shares({"poly", "*"}, name));
}

TEST_CASE("no pattern shares a MAC that it does not spell out", "[file_lists]") {
  const auto [pattern, name, expected] = GENERATE(table<std::string, std::string, bool>({
      // the examples of the contract
      {"000000000000*.cfg", "000000000000.cfg", true},
      {"000000000000*.cfg", "000000000000-license.cfg", true},
      {"*.cfg", "common.cfg", true},
      {"*.cfg", "0004f2aabbcd.cfg", false},
      {"*.cfg", "000000000000.cfg", false},
      {"y0000000000*.cfg", "y000000000065.cfg", true},
      {"y0000000000*.cfg", "y0000000000ab.cfg", true},
      // another one's name, in each spelling and in company
      {"*", "0004f2aabbcd.jpg", false},
      {"*", "00-04-f2-aa-bb-cd.jpg", false},
      {"*", "00:04:f2:aa:bb:cd.jpg", false},
      {"*", "0004.f2aa.bbcd.jpg", false},
      {"*", "phone0004f2aabbcd.jpg", false},
      {"000000000000-*.cfg", "000000000000-0004f2aabbcd.cfg", false},
      {"????????????.cfg", "0004f2aabbcd.cfg", false},
      {"[0-9]004f2aabbcd.cfg", "0004f2aabbcd.cfg", false},
      {"0004f2aabbc*.cfg", "0004f2aabbcd.cfg", false},
      {"0004f2aabbc[d].cfg", "0004f2aabbcd.cfg", false},
      {"00?04?f2?aa?bb?cd.cfg", "00-04-f2-aa-bb-cd.cfg", true}, // every digit is spelled out
      {"00-04-f2-aa-bb-*.cfg", "00-04-f2-aa-bb-cd.cfg", false},
      {"0004f2aabbcd.cfg", "0004f2aabbcd.cfg", true},
      {"*0004f2aabbcd*", "x-0004f2aabbcd.cfg", true},
      // longer runs and the last group of a UUID
      {"*.jpg", "0004f2aabbcd0.jpg", false},
      {"0004f2aabbcd0*.jpg", "0004f2aabbcd0.jpg", true},
      {"0004f2aabbcd*.jpg", "0004f2aabbcd0.jpg", false},
      {"*.jpg", "123e4567-e89b-12d3-a456-0004f2aabbcd.jpg", false},
      {"*-0004f2aabbcd.jpg", "123e4567-e89b-12d3-a456-0004f2aabbcd.jpg", true},
      // placeholders: the ten zeros suffice, and nine do not
      {"0000000000*", "000000000000.cfg", true},
      {"000000000*", "000000000000.cfg", false},
      {"y*.cfg", "y000000000065.cfg", false},
      {"0000000000*", "000000000100", false},
      {"00-00-00-00-00-*", "00-00-00-00-00-65", true},
      {"*-65", "00-00-00-00-00-65", false},
      {"0000000000*", "0000000000ff0004f2aabbcd", false},
  }));
  CAPTURE(pattern, name);
  CHECK(shares({pattern}, name) == expected);
}

TEST_CASE("patterns of the admin are exact in case, those of poly are not", "[file_lists]") {
  CHECK(shares({"common.cfg"}, "common.cfg"));
  CHECK_FALSE(shares({"common.cfg"}, "Common.cfg"));
  CHECK_FALSE(shares({"Common.cfg"}, "common.cfg"));
  CHECK(shares({"poly", "common.cfg"}, "SIP.VER"));
  CHECK(shares({"poly", "common.cfg"}, "common.cfg"));
}

TEST_CASE("a name longer than a file system holds is not shared", "[file_lists]") {
  CHECK(shares({"*"}, std::string(255, 'x')));
  CHECK_FALSE(shares({"*"}, std::string(256, 'x')));
}

TEST_CASE("none shares and stores nothing", "[file_lists]") {
  CHECK_FALSE(shares({"none"}, "sip.ver"));
  CHECK_FALSE(stores({"none"}, "0004f2aabbcc-app.log"));
  CHECK_FALSE(SharedFiles().contains("sip.ver", kDevice));
  CHECK_FALSE(Uploads().contains("0004f2aabbcc-app.log", kDevice));
}

TEST_CASE("poly stores what phones store of their own", "[file_lists]") {
  const std::string name =
      GENERATE("0004f2aabbcc-app.log", "0004f2aabbcc-boot.log", "0004f2aabbcc-now-app.log",
               "0004f2aabbcc-app-flash.log", "0004f2aabbcc-phone.cfg", "0004f2aabbcc-web.cfg",
               "0004f2aabbcc-Web.cfg", "0004f2aabbcc-directory.xml", "0004f2aabbcc-calls.xml",
               "0004f2aabbcc-core.tar.gz", "0004F2AABBCC-APP.LOG", "00-04-f2-aa-bb-cc-boot.log",
               "00:04:f2:aa:bb:cc-boot.log", "0004.F2AA.BBCC-boot.log");
  CAPTURE(name);
  CHECK(stores({"poly"}, name));
}

TEST_CASE("poly stores no configuration and nothing of others", "[file_lists]") {
  const std::string name = GENERATE(
      "", "0004f2aabbcc.cfg", "0004f2aabbcc-user.cfg", "0004f2aabbcc-license.cfg", ".htaccess",
      "0004f2aabbcc.log", "x0004f2aabbcc-app.log", "0004f2aabbcc-app.log.php",
      "0004f2aabbcc-app.php", "0004f2aabbcd-app.log", "000000000000-app.log", "app.log",
      "{mac}-app.log", "0004f2aabbcc-phone.cfg.bak", "common.cfg", "0004f2aabbcc-phoneXcfg");
  CAPTURE(name);
  CHECK_FALSE(stores({"poly"}, name));
}

TEST_CASE("no list stores a name that begins with a dot", "[file_lists]") {
  const std::string name = GENERATE(".htaccess", ".0004f2aabbcc-app.log", ".", "..");
  CAPTURE(name);
  CHECK_FALSE(stores({"any"}, name));
  CHECK_FALSE(stores({"*", ".*", ".htaccess"}, name));
}

TEST_CASE("any stores every other name and patterns theirs", "[file_lists]") {
  CHECK(stores({"any"}, "0004f2aabbcc.cfg"));
  CHECK_FALSE(stores({"any"}, ""));
  CHECK(stores({"poly", "{mac}-user.cfg"}, "0004f2aabbcc-user.cfg"));
  CHECK(stores({"{mac}-user.cfg"}, "00-04-F2-AA-BB-CC-user.cfg"));
  CHECK_FALSE(stores({"{mac}-user.cfg"}, "0004f2aabbcc-User.cfg"));
  CHECK_FALSE(stores({"{mac}-user.cfg"}, "0004f2aabbcc-app.log"));
}

TEST_CASE("a list that cannot mean anything is refused", "[file_lists]") {
  const auto [words, expected] = GENERATE(table<Words, std::string>({
      {Words(), "needs none"},
      {{"none", "poly"}, "stands alone"},
      {{"*.cfg", "none"}, "stands alone"},
      {{"poly,common.cfg"}, "is one pattern; write blanks between"},
      {{"a.cfg;Poly"}, "is one pattern; write blanks between"},
      {{"poly common.cfg"}, "no quotes around them"},
      {{""}, "empty pattern"},
      {{"poly", "logs/*"}, "column 5"},
      {{"["}, "without its"},
  }));
  const auto shared_files = SharedFiles::parse(words);
  const auto upload_list = Uploads::parse(words);
  REQUIRE_FALSE(shared_files);
  REQUIRE_FALSE(upload_list);
  CHECK_THAT(shared_files.error(), Catch::Contains(expected));
  CHECK_THAT(upload_list.error(), Catch::Contains(expected));
}

TEST_CASE("only uploads know the word any", "[file_lists]") {
  CHECK_FALSE(SharedFiles::parse(Words{"any"}));
  CHECK_FALSE(SharedFiles::parse(Words{"any", "poly"}));
  CHECK(Uploads::parse(Words{"any"}));
  CHECK_FALSE(Uploads::parse(Words{"any", "poly"}));
}

TEST_CASE("a keyword in another case is refused, not taken for a pattern", "[file_lists]") {
  const std::string_view word = GENERATE("None", "NONE", "Any", "Poly", "POLY");
  CAPTURE(std::string(word));
  CHECK_FALSE(SharedFiles::parse(Words{word}));
  CHECK_FALSE(Uploads::parse(Words{word}));
  CHECK_FALSE(Uploads::parse(Words{"poly", word}));
}
