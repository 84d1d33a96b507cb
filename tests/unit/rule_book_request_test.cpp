// SPDX-License-Identifier: Apache-2.0
// Questions 10 to 12: the method, clean text, and the MACs of a request.
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <string>

using namespace polyauth;
using polyauth::test::mac;
using polyauth::test::Scene;
using polyauth::test::Transcript;

TEST_CASE("only methods that phones use are admitted", "[rule_book]") {
  const auto [method, expected] = GENERATE(table<std::string, std::string>({
      {"GET", "own-file"},
      {"HEAD", "own-file"},
      {"OPTIONS", "own-file"},
      {"PUT", "upload-refused"},
      {"POST", "method-refused"},
      {"DELETE", "method-refused"},
      {"PATCH", "method-refused"},
      {"MKCOL", "method-refused"},
      {"MOVE", "method-refused"},
      {"COPY", "method-refused"},
      {"PROPFIND", "method-refused"},
      {"TRACE", "method-refused"},
      {"LOCK", "method-refused"},
      {"CONNECT", "method-refused"},
      {"get", "method-refused"},
      {"Put", "method-refused"},
      {"", "method-refused"},
      {"GETX", "method-refused"},
  }));
  CAPTURE(method);
  CHECK(Scene().verdict(Scene::plain(method, "/0004f2aabbcc.cfg")) == expected);
}

TEST_CASE("a POST is for handlers, where the match is theirs", "[rule_book]") {
  const auto [match, handler, admitted] = GENERATE(table<Match, Handler, bool>({
      {Match::kPath, Handler::kOther, false},
      {Match::kFile, Handler::kOther, false},
      {Match::kQuery, Handler::kOther, true},
      {Match::kUri, Handler::kOther, true},
      {Match::kNone, Handler::kOther, true},
      {Match::kQuery, Handler::kFile, false},
      {Match::kUri, Handler::kFile, false},
      {Match::kNone, Handler::kFile, false},
  }));
  Scene scene;
  scene.match = match;
  scene.query_name = "mac";
  scene.resource = Scene::plain("POST", "/0004f2aabbcc/app.php");
  scene.resource.query = "mac=0004f2aabbcc";
  scene.resource.handler = handler;
  const Decision decision = scene.decide();
  CHECK(decision.granted() == admitted);
  if (!admitted) CHECK(decision.reason == Reason::kMethodRefused);
}

TEST_CASE("a path that can be read in two ways is refused", "[rule_book]") {
  const std::string path =
      GENERATE("/0004f2aabbcc.cfg%30", "/%2e%2e/0004f2aabbcc.cfg", "/x\\0004f2aabbcc.cfg",
               "/0004f2aabbcc.cfg;x", "/0004f2aabbcc.cfg\n", "/0004f2aabbcc.cfg\x7f",
               "/\xc0\xae/0004f2aabbcc.cfg", "/0004f2aabbcc\xff");
  CAPTURE(path);
  CHECK(Scene().verdict(Scene::plain("GET", path)) == "path-unsafe");
  CHECK(Scene().verdict(Scene::plain("GET", std::string_view("/0004f2aabbcc\0.cfg", 18))) ==
        "path-unsafe");
}

TEST_CASE("a query is judged after one decoding", "[rule_book]") {
  const auto [query, expected] = GENERATE(table<std::string, std::string>({
      {"", "own-file"},
      {"a=b&c", "own-file"},
      {"mac=0004f2aabbcc", "own-file"},
      {"mac=00%3a04%3af2%3aaa%3abb%3acc", "own-file"},
      {"discount=100%", "own-file"},
      {"x=%zz", "own-file"},
      {"mac=%2530004f2aabbcd", "path-unsafe"},
      {"x=%00", "path-unsafe"},
      {"x=%0d%0a", "path-unsafe"},
      {"x=%25", "own-file"},
      {"x=%2541", "path-unsafe"},
      {"mac=0004f2aabbcd", "mac-foreign"},
      {"0004F2AABBCD", "mac-foreign"},
      {"mac=%30%3004f2aabbcd", "mac-foreign"},
      {"mac=00%2D04%2Df2%2Daa%2Dbb%2Dcd", "mac-foreign"},
      {"mac=0004f2aabbcc&mac=0004f2aabbcd", "mac-foreign"},
      {"mac=000000000000", "mac-foreign"},
      {"id=123e4567-e89b-12d3-a456-0004f2aabbcd", "own-file"},
  }));
  CAPTURE(query);
  Scene scene;
  scene.resource.query = query;
  CHECK(scene.verdict() == expected);
}

TEST_CASE("a proxied URL is judged as it is sent after one decoding", "[rule_book]") {
  const auto [sent, expected] = GENERATE(table<std::string, std::string>({
      {"/prov/0004f2aabbcc.cfg", "own-file"},
      {"/prov/0004f2%61abbcc.cfg", "own-file"},
      {"/prov/0004f2aabbcc.cfg?mac=0004f2aabbcc", "own-file"},
      {"/prov/index.php", "own-file"},
      {"/prov/a%20b", "own-file"},
      {"/prov/0004f2aabbcd.cfg", "mac-foreign"},
      {"/prov/0004f2%61abbcd.cfg", "mac-foreign"},
      {"/prov/index.php?mac=0004f2aabbcd", "mac-foreign"},
      {"/prov/index.php?mac=%30004f2aabbcd", "mac-foreign"},
      {"/prov/index.php%3fmac=0004f2aabbcd", "mac-foreign"},
      {"/prov/%2530004f2aabbcd.cfg", "path-unsafe"},
      {"/prov/index.php?mac=%2530004f2aabbcd", "path-unsafe"},
      {"/prov/../0004f2aabbcc.cfg", "path-unsafe"},
      {"/prov/%2e%2e/0004f2aabbcc.cfg", "path-unsafe"},
      {"/prov/.%2E", "path-unsafe"},
      {"/prov/./0004f2aabbcc.cfg", "path-unsafe"},
      {"/prov%2f..%2f0004f2aabbcc.cfg", "path-unsafe"},
      {"/prov/0004f2aabbcc.cfg%3bx", "path-unsafe"},
      {"/prov/0004f2aabbcc.cfg;x", "path-unsafe"},
      {"/prov/0004f2aabbcc.cfg%5c", "path-unsafe"},
      {"/prov/0004f2aabbcc.cfg%00", "path-unsafe"},
      {"/prov/0004f2aabbcc.cfg%ff", "path-unsafe"},
      {"/prov/0004f2aabbcc.cfg%", "path-unsafe"},
      {"/prov/index.php?x=%0a", "path-unsafe"},
      {"/prov/index.php?x=..", "own-file"},
      {"/prov/index.php?x=/../y", "own-file"},
  }));
  CAPTURE(sent);
  Scene scene;
  scene.resource.proxied = true;
  scene.resource.handler = Handler::kOther;
  scene.resource.file_exists = false;
  scene.resource.mapped = sent;
  CHECK(scene.verdict() == expected);
}

TEST_CASE("a mapped file is a name on a disk and is not decoded", "[rule_book]") {
  Scene scene;
  scene.resource.mapped = "/100%25;a\\b/0004f2aabbcc.cfg";
  CHECK(scene.verdict() == "own-file");
  scene.resource.mapped = "/../0004f2aabbcc.cfg";
  CHECK(scene.verdict() == "own-file");
}

TEST_CASE("a foreign MAC is refused wherever it stands", "[rule_book]") {
  Scene scene;
  SECTION("path") {
    scene.resource = Scene::plain("GET", "/0004f2aabbcd/0004f2aabbcc.cfg");
    scene.resource.mapped = "/0004f2aabbcc.cfg";
  }
  SECTION("PATH_INFO") {
    scene.resource.path = "/0004f2aabbcc.cfg/0004f2aabbcd";
    scene.resource.path_info = "/0004f2aabbcd";
  }
  SECTION("PATH_INFO that is not in the path") { scene.resource.path_info = "/0004f2aabbcd"; }
  SECTION("query") { scene.resource.query = "0004f2aabbcd"; }
  SECTION("mapped file") { scene.resource.mapped = "/files/0004f2aabbcd.cfg"; }
  SECTION("mapped folder") { scene.resource.mapped = "/0004f2aabbcd/0004f2aabbcc.cfg"; }
  SECTION("a shared name in the path, mapped to a foreign file") {
    scene.resource.path = "/sip.ver";
    scene.resource.mapped = "/0004f2aabbcd.cfg";
  }
  SECTION("a shared name that is another's where it is mapped") {
    scene.resource.path = "/sip.ver";
    scene.resource.mapped = "/0004f2aabbcd/sip.ver";
  }
  SECTION("a shared name before a foreign PATH_INFO") {
    scene.resource.path = "/sip.ver/0004f2aabbcd";
    scene.resource.path_info = "/0004f2aabbcd";
    scene.resource.mapped = "/sip.ver";
  }
  const Decision decision = scene.decide();
  CHECK(decision.reason == Reason::kMacForeign);
  CHECK(decision.foreign == mac("0004f2aabbcd"));
  CHECK(decision.device == mac("0004f2aabbcc"));
}

TEST_CASE("a foreign MAC is refused though the request comes from an own file", "[rule_book]") {
  Scene scene;
  scene.resource = Scene::plain("GET", "/0004f2aabbcd.cfg");
  scene.resource.from_own_file = true;
  CHECK(scene.verdict() == "mac-foreign");
}

TEST_CASE("the first foreign MAC in the order of the contract is reported", "[rule_book]") {
  Scene scene;
  scene.resource.path = "/64167f000001/x/64167f000002";
  scene.resource.path_info = "/64167f000002";
  scene.resource.query = "64167f000003";
  scene.resource.mapped = "/64167f000004";
  CHECK(scene.decide().foreign == mac("64167f000001"));
  scene.resource.path = "/x/64167f000002";
  CHECK(scene.decide().foreign == mac("64167f000002"));
  scene.resource.path = "/x";
  scene.resource.path_info = "";
  CHECK(scene.decide().foreign == mac("64167f000003"));
  scene.resource.query = "";
  CHECK(scene.decide().foreign == mac("64167f000004"));
}

TEST_CASE("a refused request tells no question behind the refusal", "[rule_book]") {
  const auto [path, method, last] = GENERATE(table<std::string, std::string, Question>({
      {"/%", "DELETE", Question::kMethod},
      {"/%/0004f2aabbcd", "GET", Question::kCleanText},
      {"/0004f2aabbcd.cfg", "PUT", Question::kForeign},
      {"/common.cfg", "PUT", Question::kOwnOrShared},
      {"/sip.ver", "PUT", Question::kSharedReadOnly},
      {"/0004f2aabbcc.cfg", "PUT", Question::kUpload},
  }));
  Scene scene;
  scene.resource = Scene::plain(method, path);
  Transcript transcript;
  const Decision decision = scene.decide(&transcript);
  CHECK_FALSE(decision.granted());
  CHECK(transcript.lines.size() == static_cast<std::size_t>(last));
  CHECK(transcript.lines.back().first == last);
  CHECK(transcript.lines.back().second == decision.reason);
}
