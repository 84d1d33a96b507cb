// SPDX-License-Identifier: Apache-2.0
#include "core/logged_request.hpp"
#include "support/catch.hpp"

#include <string>

using namespace polyauth;

TEST_CASE("a logged request is read as httpd read it", "[access-log]") {
  const auto [text, path, query] = GENERATE(table<std::string, std::string, std::string>({
      {"GET / HTTP/1.1", "/", ""},
      {"GET /a", "/a", ""},
      {"GET /a?b?c HTTP/1.1", "/a", "b?c"},
      {"GET https://host:8443/a?b HTTP/1.1", "/a", "b"},
      {"GET https://host HTTP/1.1", "", ""},
      {"GET /?u=http://x/ HTTP/1.1", "/", "u=http://x/"},
      {"GET /a://b HTTP/1.1", "/a://b", ""},
      {"OPTIONS * HTTP/1.1", "*", ""},
      {R"(GET /a\"b\\c\x1b\t HTTP/1.1)", "/a\"b\\c\x1b\t", ""},
      {"GET /%41%4g%4 HTTP/1.1", "/A%4g%4", ""},
      {"GET /%2541?%41 HTTP/1.1", "/%41", "%41"},
  }));
  CAPTURE(text);
  const LoggedRequest request = read_logged_request(text);
  CHECK(request.path == path);
  CHECK(request.query == query);
  CHECK(request.method == text.substr(0, text.find(' ')));
}

TEST_CASE("what is no request names none", "[access-log]") {
  const std::string text = GENERATE("", "-", "GET", "\\", "\\x4");
  CHECK(read_logged_request(text).method.empty());
}
