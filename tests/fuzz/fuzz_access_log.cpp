// SPDX-License-Identifier: Apache-2.0
// A line is understood, or the place of the fault lies in it; and whatever a client's
// text is, once httpd has escaped it, the verdict behind it is the one that was written.
#include "core/access_log_line.hpp"
#include "core/credential_line.hpp"
#include "fuzz/property.hpp"

#include <string>

using namespace polyauth;
using fuzz::require;

namespace {

void check_line(std::string_view text) {
  const auto read = parse_access_log(text);
  if (const auto* fault = std::get_if<AccessLogFault>(&read)) {
    require(fault->at <= text.size() && !fault->text.empty(), "a fault has its place and words");
    return;
  }
  const auto& line = std::get<AccessLogLine>(read);
  require(line.status >= 0 && line.status <= 999, "a status has three digits");
  require(line.reason.has_value() == (line.decision != LoggedDecision::kNone),
          "a decision has a reason, and no other has one");
  require(!line.reason || is_granted(*line.reason) == (line.decision == LoggedDecision::kGranted),
          "a reason goes with its decision");
  require(line.label.empty() || is_label(line.label), "a label is one");
  const std::string ending = "reason=" + (line.reason ? std::string(slug(*line.reason)) : "-");
  require(text.find(ending) != std::string_view::npos, "the reason stands in the line");
}

// As ap_escape_logitem() does.
std::string escaped(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += '\\';
    else if (byte < 0x20 || byte >= 0x7f) {
      out += "\\x";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 0xf];
      continue;
    }
    out += c;
  }
  return out;
}

// A client's text in each of the fields that hold one.
void check_client(std::string_view text) {
  const std::string client = escaped(text);
  const std::string user = client.empty() ? "\"\"" : client;
  const std::string line = "192.0.2.1 - " + user + " [24/Nov/2026:22:04:43 +0000] \"GET /" +
                           client + " HTTP/1.1\" 403 17 \"" + client + "\" \"" + client +
                           "\" mac=0004f2aabbcc decision=denied reason=mac-foreign label=-";
  if (line.size() > kMaxAccessLogLine) return;
  const auto read = parse_access_log(line);
  require(std::holds_alternative<AccessLogLine>(read), "what httpd writes is understood");
  const auto& said = std::get<AccessLogLine>(read);
  require(said.reason == Reason::kMacForeign && said.decision == LoggedDecision::kDenied &&
              said.device == MacAddress(0x0004f2aabbcc) && said.status == 403,
          "no client writes a verdict");
  require(said.request.method == "GET", "nor another method");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check_line(text);
  check_client(text);
  return 0;
}
