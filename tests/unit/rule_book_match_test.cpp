// SPDX-License-Identifier: Apache-2.0
// Question 13: where the device's own MAC must stand, and what is shared.
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <string>

using namespace polyauth;
using polyauth::test::Scene;
using polyauth::test::Transcript;

namespace {

// `script` is an existing handler; `rest` follows it as PATH_INFO.
Resource handled(std::string_view path, std::string_view rest, std::string_view query = "") {
  Resource resource = Scene::plain("GET", path);
  resource.path_info = rest;
  resource.mapped = path.substr(0, path.size() - rest.size());
  resource.query = query;
  resource.handler = Handler::kOther;
  return resource;
}

} // namespace

TEST_CASE("each match mode looks for the own MAC in its place", "[rule_book]") {
  const auto [path, rest, query, by_path, by_file, by_uri, by_query] =
      GENERATE(table<std::string, std::string, std::string, bool, bool, bool, bool>({
          {"/0004f2aabbcc.cfg", "", "", true, true, true, false},
          {"/0004F2AABBCC/app.php", "", "", true, false, true, false},
          {"/app.php/0004f2aabbcc.cfg", "/0004f2aabbcc.cfg", "", false, false, true, false},
          {"/0004f2aabbcc/app.php/x", "/x", "", true, false, true, false},
          {"/app.php", "", "mac=0004f2aabbcc", false, false, false, true},
          {"/app.php", "", "MAC=00:04:F2:AA:BB:CC", false, false, false, true},
          {"/app.php", "", "id=0004f2aabbcc", false, false, false, false},
          {"/app.php", "", "mac=0004f2aabbcc&mac=", false, false, false, false},
          {"/app.php", "", "mac=0004f2aabbcc&mac[]=", false, false, false, false},
          {"/app.php", "", "mac=x0004f2aabbcc", false, false, false, false},
          {"/app.php", "", "", false, false, false, false},
          {"/0004f2aabbcc/", "", "", true, false, true, false},
          {"/phone0004f2aabbcc.cfg", "", "", true, true, true, false},
      }));
  CAPTURE(path, rest, query);
  for (const auto& [match, expected] :
       {std::pair(Match::kPath, by_path), std::pair(Match::kFile, by_file),
        std::pair(Match::kUri, by_uri), std::pair(Match::kQuery, by_query)}) {
    Scene scene;
    scene.match = match;
    scene.query_name = "mac";
    CAPTURE(static_cast<int>(match));
    CHECK(scene.verdict(handled(path, rest, query)) == (expected ? "own-file" : "mac-missing"));
  }
}

TEST_CASE("slashes that httpd has merged in PATH_INFO make it no name", "[rule_book]") {
  const auto [path, rest, expected] = GENERATE(table<std::string, std::string, std::string>({
      {"/settings.txt/0004f2aabbcc//x", "/0004f2aabbcc/x", "mac-missing"},
      {"/settings.txt/0004f2aabbcc//", "/0004f2aabbcc/", "mac-missing"},
      {"/settings.txt//0004f2aabbcc", "/0004f2aabbcc", "mac-missing"},
      {"/settings.txt//0004f2aabbcc//", "//0004f2aabbcc//", "mac-missing"},
      {"/settings.txt/x///sip.ver", "/x/sip.ver", "mac-missing"},
      {"/sip.ver//x//y", "/x/y", "shared-file"},
      {"//0004f2aabbcc.cfg///x//y", "/x/y", "own-file"},
  }));
  CAPTURE(path, rest);
  Scene scene;
  scene.resource = handled(path, rest);
  scene.resource.mapped = std::string_view(path).substr(0, path.find('/', path.find('.')));
  CHECK(scene.verdict() == expected);
}

TEST_CASE("what follows a file that does not exist yet is its name", "[rule_book]") {
  Scene scene;
  scene.resource = handled("/logs/0004f2aabbcc-app.log", "/0004f2aabbcc-app.log");
  scene.resource.file_exists = false;
  scene.match = GENERATE(Match::kPath, Match::kFile);
  CHECK(scene.verdict() == "own-file");
  scene.resource.file_exists = true;
  CHECK(scene.verdict() == "mac-missing");
}

TEST_CASE("query and uri do not open files that httpd serves by itself", "[rule_book]") {
  Scene scene;
  scene.match = GENERATE(Match::kUri, Match::kQuery);
  scene.query_name = "mac";
  scene.resource = handled("/secret.cfg/0004f2aabbcc", "/0004f2aabbcc", "mac=0004f2aabbcc");
  CHECK(scene.verdict() == "own-file");
  scene.resource.handler = Handler::kFile;
  CHECK(scene.verdict() == "mac-missing");
  scene.resource.mapped = "/0004f2aabbcc/secret.cfg";
  CHECK(scene.verdict() == "own-file");
}

TEST_CASE("where ownership is not asked every file may be read", "[rule_book]") {
  const std::string path = GENERATE("/0004f2aabbcc.cfg", "/0004f2aabbcd.cfg", "/common.cfg",
                                    "/sip.ver", "/000000000000.cfg");
  CAPTURE(path);
  Scene scene;
  scene.match = Match::kNone;
  scene.resource = Scene::plain("GET", path);
  Transcript transcript;
  const Decision decision = scene.decide(&transcript);
  CHECK(decision.reason == Reason::kDevice);
  for (const auto& [question, refusal] : transcript.lines) {
    CHECK(question != Question::kForeign);
    CHECK(question != Question::kOwnOrShared);
  }
  scene.resource = Scene::plain("GET", "/x%");
  CHECK(scene.verdict() == "path-unsafe");
}

TEST_CASE("a name that holds the own MAC is own though a pattern shares it", "[rule_book]") {
  Scene scene;
  CHECK(scene.verdict(Scene::plain("GET", "/0004f2aabbcc.jpg")) == "own-file");
  CHECK(scene.verdict(Scene::plain("GET", "/logo.jpg")) == "shared-file");
}

TEST_CASE("a shared name is shared in the device's own folder as well", "[rule_book]") {
  CHECK(Scene().verdict(Scene::plain("GET", "/0004f2aabbcc/logo.jpg")) == "shared-file");
}

TEST_CASE("a shared file is read under every match mode", "[rule_book]") {
  Scene scene;
  scene.match = GENERATE(Match::kPath, Match::kFile, Match::kUri, Match::kQuery);
  scene.query_name = "mac";
  CHECK(scene.verdict(Scene::plain("GET", "/fw/sip.ver")) == "shared-file");
  CHECK(scene.verdict(Scene::plain("HEAD", "/000000000000.cfg")) == "shared-file");
  CHECK(scene.verdict(Scene::plain("OPTIONS", "/x.ld")) == "shared-file");
}

TEST_CASE("what follows a file does not share it", "[rule_book]") {
  // /secret.cfg/sip.ver is secret.cfg with PATH_INFO.
  Scene scene;
  scene.resource = handled("/secret.cfg/sip.ver", "/sip.ver");
  CHECK(scene.verdict() == "mac-missing");
}

TEST_CASE("a PATH_INFO that does not begin with a slash cuts no MAC in two", "[rule_book]") {
  Scene scene;
  scene.resource = handled("/app.php/0004f2aabbcd.cfg", "");
  scene.resource.path_info = "004f2aabbcd.cfg";
  CHECK(scene.verdict() == "mac-foreign");
}

TEST_CASE("a directory holds no file name", "[rule_book]") {
  Scene scene;
  scene.shared_files = test::shared({"*"});
  CHECK(scene.verdict(Scene::plain("GET", "/languages/")) == "mac-missing");
  CHECK(scene.verdict(Scene::plain("GET", "/0004f2aabbcc/")) == "own-file");
}

TEST_CASE("an inner request that names no MAC is own if it comes from an own file", "[rule_book]") {
  Scene scene;
  scene.match = GENERATE(Match::kPath, Match::kFile);
  scene.resource = handled("/index.php", "");
  CHECK(scene.verdict() == "mac-missing");
  scene.resource.from_own_file = true;
  CHECK(scene.verdict() == "own-file");
  scene.device.acl_is = AclAnswer::kUnlisted;
  CHECK(scene.verdict() == "acl-unlisted");
}

TEST_CASE("an inner request under query or uri ends at a handler or an own file", "[rule_book]") {
  Scene scene;
  scene.match = GENERATE(Match::kUri, Match::kQuery);
  scene.query_name = "mac";
  scene.resource = handled("/index.php", "");
  scene.resource.from_own_file = true;
  CHECK(scene.verdict() == "own-file");
  scene.resource.handler = Handler::kFile;
  CHECK(scene.verdict() == "mac-missing");
}

TEST_CASE("an inner request that names a shared file is shared", "[rule_book]") {
  Scene scene;
  scene.resource = Scene::plain("GET", "/logo.png");
  scene.resource.from_own_file = true;
  CHECK(scene.verdict() == "shared-file");
}

TEST_CASE("a section without lists shares and stores nothing", "[rule_book]") {
  Scene scene;
  const auto verdict = [&](std::string_view method, std::string_view path) {
    const Policy policy;
    return std::string(
        slug(decide(policy, Scene::plain(method, path), scene.device, Scope::kOwnership).reason));
  };
  CHECK(verdict("GET", "/0004f2aabbcc.cfg") == "own-file");
  CHECK(verdict("GET", "/sip.ver") == "mac-missing");
  CHECK(verdict("GET", "/000000000000.cfg") == "mac-foreign");
  CHECK(verdict("PUT", "/0004f2aabbcc-app.log") == "upload-refused");
}

TEST_CASE("where there are no files only a foreign MAC is refused", "[rule_book]") {
  const auto [method, path, query, expected] =
      GENERATE(table<std::string, std::string, std::string, std::string>({
          {"GET", "/0004f2aabbcc.cfg", "", "device"},
          {"GET", "/other.cfg", "", "device"},
          {"GET", "/sip.ver", "", "device"},
          {"PUT", "/0004f2aabbcc.cfg", "", "device"},
          {"PUT", "/sip.ver", "", "device"},
          {"GET", "/0004f2aabbcd.cfg", "", "mac-foreign"},
          {"GET", "/other.cfg", "mac=0004f2aabbcd", "mac-foreign"},
          {"GET", "/x%", "", "path-unsafe"},
          {"DELETE", "/other.cfg", "", "method-refused"},
      }));
  CAPTURE(method, path, query);
  Scene scene;
  scene.scope = Scope::kNoForeign;
  scene.match = GENERATE(Match::kPath, Match::kFile, Match::kNone);
  scene.resource = Scene::plain(method, path);
  scene.resource.query = query;
  Transcript transcript;
  CHECK(std::string(slug(scene.decide(&transcript).reason)) == expected);
  for (const auto& [question, refusal] : transcript.lines) CHECK(question <= Question::kForeign);
}
