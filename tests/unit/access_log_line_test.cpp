// SPDX-License-Identifier: Apache-2.0
#include "core/access_log_line.hpp"
#include "support/catch.hpp"

#include <string>

using namespace polyauth;

namespace {

const std::string kVerdict = " mac=0004f2aabbcc decision=denied reason=mac-foreign label=2026q4";

std::string with_request(const std::string& request) {
  return "192.0.2.1 - - [24/Nov/2026:22:04:43 +0000] \"" + request + "\" 403 17 \"-\" \"agent\"" +
         kVerdict;
}

AccessLogLine parsed(const std::string& text) {
  const auto read = parse_access_log(text);
  CAPTURE(text);
  if (const auto* fault = std::get_if<AccessLogFault>(&read))
    FAIL(std::to_string(fault->at) + ": " + fault->text);
  return std::get<AccessLogLine>(read);
}

std::size_t fault_at(const std::string& text) {
  const auto read = parse_access_log(text);
  CAPTURE(text);
  REQUIRE(std::holds_alternative<AccessLogFault>(read));
  return std::get<AccessLogFault>(read).at;
}

} // namespace

TEST_CASE("a line of the access log is read", "[access-log]") {
  const AccessLogLine line = parsed(with_request("GET /a%20b.cfg?x=%31 HTTP/1.1"));
  CHECK(line.client == "192.0.2.1");
  CHECK(line.request.method == "GET");
  CHECK(line.request.path == "/a b.cfg");
  CHECK(line.request.query == "x=%31");
  CHECK(line.status == 403);
  CHECK(line.decision == LoggedDecision::kDenied);
  CHECK(line.reason == Reason::kMacForeign);
  CHECK(line.device == MacAddress(0x0004f2aabbcc));
  CHECK(line.label == "2026q4");
}

TEST_CASE("a fault has its column", "[access-log]") {
  const std::string good = with_request("GET / HTTP/1.1");
  CHECK(fault_at("") == 0);
  CHECK(fault_at("rubbish") == 7);
  CHECK(fault_at(good.substr(0, good.find(" mac="))) == good.find(" mac="));
  CHECK(fault_at(good + " more") == good.size() + 1);
  CHECK(fault_at(good.substr(0, good.find("agent"))) == good.find("\"agent"));
  CHECK(fault_at(with_request("GET")) == good.find("\"GET"));
  std::string other = good;
  other.replace(other.find("decision=d"), 10, "decision=x");
  CHECK(fault_at(other) == good.find("decision="));
}

TEST_CASE("a line may be as long as httpd's fields and no longer", "[access-log]") {
  std::string line = with_request("GET /");
  line.insert(line.find("GET /") + 5, kMaxAccessLogLine - line.size(), 'x');
  CHECK(parsed(line).request.path.size() > kMaxAccessLogLine - 300);
  line.insert(line.find("GET /") + 5, "x");
  CHECK(fault_at(line) == kMaxAccessLogLine);
}
