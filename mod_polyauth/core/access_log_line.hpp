// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/decision.hpp"
#include "core/logged_request.hpp"
#include "core/mac_address.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

// A line of an access log in the LogFormat of conf/DIRECTIVES.md, "The access log": the
// combined format and, at its end, what PolyAuth said of the request. Knows nothing of
// files.
namespace polyauth {

// The LogFormat, as it is written in a configuration.
inline constexpr std::string_view kAccessLogFormat =
    R"("%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" mac=%{POLYAUTH_MAC}e )"
    R"(decision=%{POLYAUTH_DECISION}e reason=%{POLYAUTH_REASON}e )"
    R"(label=%{POLYAUTH_PASSWORD_LABEL}e" polyauth)";

// httpd writes at most four bytes for one of a client's; this is room for all its fields.
inline constexpr std::size_t kMaxAccessLogLine = 256U << 10;

// What PolyAuth said.
enum class LoggedDecision { kNone, kGranted, kWouldDeny, kDenied };

struct AccessLogLine {
  std::string client; // %h
  LoggedRequest request;
  int status = 0;
  LoggedDecision decision = LoggedDecision::kNone;
  std::optional<Reason> reason; // there is one if there is a decision
  std::optional<MacAddress> device;
  std::string label; // of the password; empty if there is none
};

// What cannot be understood, and at which byte of the line, from 0.
struct AccessLogFault {
  std::size_t at = 0;
  std::string text;
};

// Reads a line without its line feed. Quoted fields hold a client's text, in which
// httpd escapes '"' and '\', so that only the server writes keys outside of them; the
// four keys must stand at the end. Between status and keys there may be other fields.
[[nodiscard]] std::variant<AccessLogLine, AccessLogFault> parse_access_log(std::string_view line);

} // namespace polyauth
