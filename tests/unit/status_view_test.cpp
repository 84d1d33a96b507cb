// SPDX-License-Identifier: Apache-2.0
#include "apache/pages/status_chart.hpp"
#include "apache/pages/status_view.hpp"
#include "support/catch.hpp"

#include <string>

using namespace polyauth;
using namespace polyauth::apache;

namespace {

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

StatusView view_of(const StatusBoard& board) {
  StatusView view;
  view.now = board.since() + 100;
  view.board = &board;
  view.version = "1.2.3";
  view.files = {{FileKind::kTrust, "/etc/\"x\\y\n.pem", 3, 1000, "anchors=2", ""},
                {FileKind::kAcl, "/etc/<b>", 0, 0, "", "1:2: <i>"}};
  return view;
}

} // namespace

TEST_CASE("control characters and bytes beyond ASCII become visible", "[status]") {
  CHECK(visible("abc ~") == "abc ~");
  CHECK(visible(std::string_view("\0\n\x7f\xe2\x80\xae", 6)) == R"(\x00\x0a\x7f\xe2\x80\xae)");
}

TEST_CASE("Prometheus' labels are escaped, and what may come begins with 0", "[status]") {
  StatusBoard* const board = StatusBoard::create(50);
  REQUIRE(board != nullptr);
  const std::string text = status_prometheus(view_of(*board));
  CHECK(holds(text,
              "polyauth_file_generation{kind=\"trust\",path=\"/etc/\\\"x\\\\y\\\\x0a.pem\"} 3\n"));
  CHECK(holds(text, "polyauth_file_generation{kind=\"acl\",path=\"/etc/<b>\"} 0\n"));
  CHECK(holds(text, "polyauth_file_refused{kind=\"acl\",path=\"/etc/<b>\"} 1\n"));
  CHECK_FALSE(holds(text, "polyauth_file_adopted_timestamp_seconds{kind=\"acl\""));
  CHECK(holds(text, "polyauth_requests_total{decision=\"denied\",reason=\"no-tls\"} 0\n"));
  CHECK_FALSE(holds(text, "decision=\"granted\",reason=\"no-tls\""));
}

TEST_CASE("every text of the page is escaped", "[status]") {
  StatusBoard* const board = StatusBoard::create(50);
  REQUIRE(board != nullptr);
  board->refusals.note(60, Decision{Reason::kMacForeign, std::nullopt, std::nullopt}, false,
                       {"<m>", "/<p>", "<c>"});
  StatusView view = view_of(*board);
  view.server = "<s>";
  view.user = "<u>";
  view.login_source = LoginSource::kKnown;
  view.logins.labels = {{"<l>", 2, 77}};
  view.logins.ending = {{MacAddress(0x0004f2aabbcc), 5000}};
  const std::string text = status_page(view).text();
  for (const char* const tag : {"<m>", "<p>/", "/<p>", "<c>", "<s>", "<u>", "<l>", "<i>"})
    CHECK_FALSE(holds(text, tag));
  for (const char* const shown : {"&lt;m&gt;", "/&lt;p&gt;", "&lt;c&gt;", "&lt;s&gt;", "&lt;l&gt;",
                                  "1:2: &lt;i&gt;", "0004f2aabbcc", "1970-01-01 01:23:20"})
    CHECK(holds(text, shown));
}

TEST_CASE("periods are merged to the last one", "[status]") {
  std::vector<RequestCounters::Period> hours(48);
  hours[0].from = 7;
  hours[23].counts = {1, 2, 3};
  hours[24].counts = {10, 0, 0};
  hours[47].counts = {5, 0, 0};
  const auto days = merged(hours, 24);
  REQUIRE(days.size() == 2);
  CHECK(days[0].from == 7);
  CHECK(days[0].of(Outcome::kWouldDeny) == 3);
  CHECK(days[1].of(Outcome::kGranted) == 15);
}

TEST_CASE("a little is seen beside much, and nothing leaves the drawing", "[status]") {
  std::vector<RequestCounters::Period> periods(1);
  periods[0].counts = {1'000'000, 1, 1};
  const std::string text = chart("x", periods).text();
  CHECK(holds(text, "class=\"granted\" x=\"1\" y=\"52\" width=\"8\" height=\"48\""));
  CHECK(holds(text, "class=\"denied\""));
  CHECK_FALSE(holds(text, "y=\"-"));
}
