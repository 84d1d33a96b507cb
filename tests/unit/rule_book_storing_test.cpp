// SPDX-License-Identifier: Apache-2.0
// Questions 14 and 15: what may be stored; and Require polyauth-device.
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <string>

using namespace polyauth;
using polyauth::test::Scene;
using polyauth::test::Transcript;
using polyauth::test::uploads;

TEST_CASE("a phone stores what is on the upload list", "[rule_book]") {
  const auto [path, expected] = GENERATE(table<std::string, std::string>({
      {"/0004f2aabbcc-app.log", "own-file"},
      {"/0004f2aabbcc-boot.log", "own-file"},
      {"/0004f2aabbcc-phone.cfg", "own-file"},
      {"/0004f2aabbcc-web.cfg", "own-file"},
      {"/0004f2aabbcc-directory.xml", "own-file"},
      {"/0004f2aabbcc-calls.xml", "own-file"},
      {"/logs/0004F2AABBCC-app.log", "own-file"},
      {"/0004f2aabbcc/logs/0004f2aabbcc-app.log", "own-file"},
      {"/0004f2aabbcc.cfg", "upload-refused"},
      {"/0004f2aabbcc-user.cfg", "upload-refused"},
      {"/0004f2aabbcc/app.log", "upload-refused"},
      {"/0004f2aabbcc/.htaccess", "upload-refused"},
      {"/0004f2aabbcc-app.log/", "upload-refused"},
      {"/0004f2aabbcd-app.log", "mac-foreign"},
      {"/0004f2aabbcd/0004f2aabbcc-app.log", "mac-foreign"},
      {"/common.cfg", "mac-missing"},
      {"/.htaccess", "mac-missing"},
      {"/sip.ver", "shared-read-only"},
      {"/0004f2aabbcc/sip.ver", "shared-read-only"},
      {"/000000000000.cfg", "shared-read-only"},
      {"/000000000000-directory.xml", "shared-read-only"},
  }));
  CAPTURE(path);
  CHECK(Scene().verdict(Scene::plain("PUT", path)) == expected);
}

TEST_CASE("any stores every own file but one with a leading dot", "[rule_book]") {
  Scene scene;
  scene.upload_list = uploads({"any"});
  CHECK(scene.verdict(Scene::plain("PUT", "/0004f2aabbcc.cfg")) == "own-file");
  CHECK(scene.verdict(Scene::plain("PUT", "/0004f2aabbcc/notes.txt")) == "own-file");
  CHECK(scene.verdict(Scene::plain("PUT", "/0004f2aabbcc/.htaccess")) == "upload-refused");
  CHECK(scene.verdict(Scene::plain("PUT", "/0004f2aabbcd.cfg")) == "mac-foreign");
  CHECK(scene.verdict(Scene::plain("PUT", "/0004f2aabbcc/")) == "upload-refused");
}

TEST_CASE("a shared file is not stored where nobody asks whose a file is", "[rule_book]") {
  Scene scene;
  scene.match = Match::kNone;
  scene.upload_list = uploads({"any"});
  CHECK(scene.verdict(Scene::plain("PUT", "/0004f2aabbcc/logo.png")) == "shared-read-only");
  CHECK(scene.verdict(Scene::plain("GET", "/0004f2aabbcc/logo.png")) == "device");
  CHECK(scene.verdict(Scene::plain("PUT", "/0004f2aabbcc/notes.txt")) == "device");
}

TEST_CASE("none stores nothing", "[rule_book]") {
  Scene scene;
  scene.upload_list = uploads({"none"});
  CHECK(scene.verdict(Scene::plain("PUT", "/0004f2aabbcc-app.log")) == "upload-refused");
}

TEST_CASE("it is the mapped file that must be own and on the list", "[rule_book]") {
  const auto [mapped, expected] = GENERATE(table<std::string, std::string>({
      {"/data/0004f2aabbcc-app.log", "own-file"},
      {"/data/app.log", "upload-refused"},
      {"/data/0004f2aabbcc.cfg", "upload-refused"},
      {"/0004f2aabbcc/x-app.log", "upload-refused"},
      {"/data/.0004f2aabbcc-app.log", "upload-refused"},
      {"", "upload-refused"},
      {"/data/0004f2aabbcd-app.log", "mac-foreign"},
  }));
  CAPTURE(mapped);
  Scene scene;
  scene.resource = Scene::plain("PUT", "/0004f2aabbcc-app.log");
  scene.resource.mapped = mapped;
  scene.resource.file_exists = false;
  CHECK(scene.verdict() == expected);
}

TEST_CASE("what a backend stores is the last segment before the query as sent", "[rule_book]") {
  const auto [sent, expected] = GENERATE(table<std::string, std::string>({
      {"/store/0004f2aabbcc-app.log", "own-file"},
      {"/store/0004f2%61abbcc-app.log", "own-file"},
      {"/store/0004f2aabbcc-app.log?x=1", "own-file"},
      {"/store/0004f2aabbcc.cfg", "upload-refused"},
      {"/store/0004f2aabbcc.cfg?/0004f2aabbcc-app.log", "upload-refused"},
      {"/store/0004f2aabbcc-app.log%2f0004f2aabbcc.cfg", "upload-refused"},
      // "%3f" is a byte of the path: what stands behind it is the name
      {"/store/0004f2aabbcc-app.log%3f/0004f2aabbcc.cfg", "upload-refused"},
      {"/store/x?mac=0004f2aabbcc", "upload-refused"},
  }));
  CAPTURE(sent);
  Scene scene;
  scene.resource = Scene::plain("PUT", "/0004f2aabbcc-app.log");
  scene.resource.proxied = true;
  scene.resource.handler = Handler::kOther;
  scene.resource.file_exists = false;
  scene.resource.mapped = sent;
  CHECK(scene.verdict() == expected);
}

TEST_CASE("match none does not open uploads of others", "[rule_book]") {
  const auto [path, expected] = GENERATE(table<std::string, std::string>({
      {"/0004f2aabbcc-app.log", "device"},
      {"/0004f2aabbcd-app.log", "upload-refused"},
      {"/0004f2aabbcd/0004f2aabbcc-app.log", "upload-refused"},
      {"/common.cfg", "upload-refused"},
  }));
  CAPTURE(path);
  Scene scene;
  scene.match = Match::kNone;
  CHECK(scene.verdict(Scene::plain("PUT", path)) == expected);
  scene.upload_list = uploads({"any"});
  CHECK(scene.verdict(Scene::plain("PUT", path)) == expected);
}

TEST_CASE("an inner request stores nothing that its own name does not allow", "[rule_book]") {
  Scene scene;
  scene.upload_list = uploads({"any"});
  scene.resource = Scene::plain("PUT", "/common.cfg");
  scene.resource.from_own_file = true;
  CHECK(scene.verdict() == "upload-refused");
}

TEST_CASE("a POST that is admitted is no upload", "[rule_book]") {
  Scene scene;
  scene.match = Match::kQuery;
  scene.query_name = "mac";
  scene.resource = Scene::plain("POST", "/app.php");
  scene.resource.handler = Handler::kOther;
  scene.resource.query = "mac=0004f2aabbcc";
  CHECK(scene.verdict() == "own-file");
  scene.resource.query = "";
  CHECK(scene.verdict() == "mac-missing");
  scene.resource.query = "mac=0004f2aabbcd";
  CHECK(scene.verdict() == "mac-foreign");
}

TEST_CASE("a shared name is not posted to", "[rule_book]") {
  Scene scene;
  scene.match = Match::kUri;
  scene.resource = Scene::plain("POST", "/sip.ver");
  scene.resource.handler = Handler::kOther;
  CHECK(scene.verdict() == "shared-read-only");
}

TEST_CASE("polyauth-device asks the first eleven questions and reads", "[rule_book]") {
  const auto [method, path, expected] = GENERATE(table<std::string, std::string, std::string>({
      {"GET", "/0004f2aabbcc.cfg", "device"},
      {"GET", "/0004f2aabbcd.cfg", "device"},
      {"HEAD", "/common.cfg", "device"},
      {"OPTIONS", "/sip.ver", "device"},
      {"PUT", "/0004f2aabbcc-app.log", "upload-refused"},
      {"DELETE", "/0004f2aabbcc-app.log", "method-refused"},
      {"POST", "/app.php", "method-refused"},
      {"GET", "/x%", "path-unsafe"},
      {"PUT", "/x%", "path-unsafe"},
  }));
  CAPTURE(method, path);
  Scene scene;
  scene.scope = Scope::kDeviceOnly;
  scene.resource = Scene::plain(method, path);
  Transcript transcript;
  CHECK(std::string(slug(scene.decide(&transcript).reason)) == expected);
  for (const auto& [question, refusal] : transcript.lines)
    CHECK((question <= Question::kCleanText || refusal == Reason::kUploadRefused));
}

TEST_CASE("polyauth-device does not admit a POST that a handler would answer", "[rule_book]") {
  Scene scene;
  scene.scope = Scope::kDeviceOnly;
  scene.match = Match::kNone;
  scene.resource = Scene::plain("POST", "/app.php");
  scene.resource.handler = Handler::kOther;
  CHECK(scene.verdict() == "upload-refused");
}
