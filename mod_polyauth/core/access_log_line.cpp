// SPDX-License-Identifier: Apache-2.0
#include "core/access_log_line.hpp"

#include "core/ascii.hpp"
#include "core/credential_line.hpp"

#include <algorithm>

namespace polyauth {

namespace {

// Thrown within this file only.
using Fault = AccessLogFault;

// Walks over the fields of a line.
class Fields {
public:
  explicit Fields(std::string_view line) : line_(line) {}

  [[nodiscard]] std::size_t at() const noexcept { return at_; }
  [[nodiscard]] bool at_end() const noexcept { return at_ == line_.size(); }

  // The text up to the next blank, which is taken as well.
  std::string_view word(const char* what) {
    const std::size_t end = std::min(line_.find(' ', at_), line_.size());
    if (end == at_) throw Fault{at_, std::string(what) + " is missing"};
    const std::string_view text = line_.substr(at_, end - at_);
    at_ = std::min(end + 1, line_.size());
    return text;
  }

  // The next text between quotes, as it is written, and the blank behind it.
  std::string_view quoted() {
    const std::size_t begin = at_ + 1;
    std::size_t end = begin;
    while (end < line_.size() && line_[end] != '"') end += line_[end] == '\\' ? 2U : 1U;
    if (end >= line_.size()) throw Fault{at_, "a quoted field is not closed"};
    const std::string_view text = line_.substr(begin, end - begin);
    at_ = end + 1;
    if (at_ < line_.size() && line_[at_++] != ' ')
      throw Fault{at_ - 1, "a blank is missing behind a quoted field"};
    return text;
  }
  [[nodiscard]] bool is_quoted() const noexcept { return at_ < line_.size() && line_[at_] == '"'; }

  // Goes to the quote behind the time. A user name may hold blanks and brackets, but
  // httpd escapes its quotes; an empty one it writes as two.
  void go_to_request() {
    constexpr std::string_view kBehindTime = "] \"";
    for (std::size_t i = at_; i < line_.size(); ++i) {
      if (line_[i] == '\\') {
        ++i;
      } else if (line_[i] == '"') {
        if (line_.substr(0, i + 1).ends_with(kBehindTime)) return void(at_ = i);
        if (line_.substr(i, 3) != "\"\" ") break;
        ++i;
      }
    }
    throw Fault{at_, "no time in brackets with a quoted request behind it"};
  }

  std::string_view value(std::string_view key) {
    if (!line_.substr(at_).starts_with(key))
      throw Fault{at_, "not \"" + std::string(key) + "\", which stands here in the LogFormat"};
    at_ += key.size();
    return word("a value");
  }

private:
  std::string_view line_;
  std::size_t at_ = 0;
};

int read_status(Fields& fields) {
  const std::size_t at = fields.at();
  const std::string_view text = fields.word("the status");
  int status = 0;
  for (const char c : text) {
    if (!ascii::is_digit(c) || text.size() != 3) throw Fault{at, "the status is not three digits"};
    status = status * 10 + (c - '0');
  }
  return status;
}

LoggedDecision read_decision(std::string_view text, std::size_t at) {
  if (text == "-") return LoggedDecision::kNone;
  if (text == "granted") return LoggedDecision::kGranted;
  if (text == "would-deny") return LoggedDecision::kWouldDeny;
  if (text == "denied") return LoggedDecision::kDenied;
  throw Fault{at, "decision= is not granted, would-deny, denied or -"};
}

void read_verdict(Fields& fields, AccessLogLine& line) {
  std::size_t at = fields.at();
  if (const std::string_view text = fields.value("mac="); text != "-") {
    line.device = MacAddress::parse(text);
    if (!line.device || line.device->to_string() != text)
      throw Fault{at, "mac= is not twelve lower-case hex digits"};
  }
  at = fields.at();
  line.decision = read_decision(fields.value("decision="), at);
  at = fields.at();
  if (const std::string_view text = fields.value("reason="); text != "-") {
    line.reason = parse_reason(text);
    if (!line.reason) throw Fault{at, "reason= is none that this version knows"};
  }
  if (line.reason.has_value() != (line.decision != LoggedDecision::kNone) ||
      (line.reason && is_granted(*line.reason) != (line.decision == LoggedDecision::kGranted)))
    throw Fault{at, "reason= does not go with decision="};
  at = fields.at();
  if (const std::string_view text = fields.value("label="); text != "-") {
    if (!is_label(text)) throw Fault{at, "label= is no label"};
    line.label = text;
  }
  if (!fields.at_end()) throw Fault{fields.at(), "something follows label=, which ends the line"};
}

AccessLogLine read_line(std::string_view text) {
  AccessLogLine line;
  Fields fields(text);
  line.client = fields.word("the client");
  fields.go_to_request();
  const std::size_t request_at = fields.at();
  line.request = read_logged_request(fields.quoted());
  line.status = read_status(fields);
  while (fields.is_quoted() || (!fields.at_end() && !text.substr(fields.at()).starts_with("mac=")))
    (void)(fields.is_quoted() ? fields.quoted() : fields.word("a field"));
  read_verdict(fields, line);
  if (line.reason && line.request.method.empty())
    throw Fault{request_at, "a decision about a request that has no target"};
  return line;
}

} // namespace

std::variant<AccessLogLine, AccessLogFault> parse_access_log(std::string_view line) {
  if (line.size() > kMaxAccessLogLine)
    return Fault{kMaxAccessLogLine,
                 "the line is longer than " + std::to_string(kMaxAccessLogLine) + " bytes"};
  try {
    return read_line(line);
  } catch (Fault& fault) {
    return std::move(fault);
  }
}

} // namespace polyauth
