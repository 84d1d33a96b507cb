// SPDX-License-Identifier: Apache-2.0
#include "tool/report/proposal.hpp"

#include "core/ascii.hpp"
#include "core/mac_scan.hpp"
#include "core/rule_book.hpp"

#include <algorithm>
#include <array>

namespace polyauth::tool {

namespace {

// The device that the log names, about which nothing is in doubt any more.
class LoggedDevice final : public DeviceAnswers {
public:
  explicit LoggedDevice(const MacAddress& mac) : mac_(mac) {}
  CertificateState certificate() override { return CertificateState::kVerified; }
  Validity validity() override { return Validity::kValid; }
  Trust trust() override { return Trust::kTrusted; }
  Revocation revocation() override { return Revocation::kGood; }
  Identity identity() override { return mac_; }
  AclAnswer acl(const MacAddress& /*device*/) override { return AclAnswer::kAdmitted; }

private:
  MacAddress mac_;
};

using Word = std::array<std::string_view, 1>;

// Tries a policy out; the lists that it does not state are the shortest ones.
bool grants(const AccessLogLine& line, Policy policy) {
  static const auto kNoneShared = SharedFiles::parse(Word{"none"});
  static const auto kNoUploads = Uploads::parse(Word{"none"});
  if (policy.shared == nullptr) policy.shared = &*kNoneShared;
  if (policy.uploads == nullptr) policy.uploads = &*kNoUploads;
  Resource resource;
  resource.method = line.request.method;
  resource.path = line.request.path;
  resource.query = line.request.query;
  resource.mapped = line.request.path;
  LoggedDevice device(*line.device);
  return decide(policy, resource, device, Scope::kOwnership).granted();
}
bool grants(const AccessLogLine& line, Match match, std::string_view query_name = {}) {
  return grants(line, {match, query_name, nullptr, nullptr});
}

// httpd has resolved such segments; the log shows the request as it was sent.
bool has_dot_segment(std::string_view path) noexcept {
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, slash);
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return false;
}

std::string_view name_of(std::string_view path) noexcept {
  return path.substr(path.rfind('/') + 1);
}

// Whether a device's address may stand in the name: what a pattern that spells the
// name out would share with everybody. Placeholders are no device's.
bool may_hold_mac(std::string_view name) {
  std::size_t digits = 0;
  for (std::size_t i = 0, run = 0; i < name.size(); ++i) {
    run = ascii::is_hex(name[i]) ? run + 1 : 0;
    digits = std::max(digits, run);
  }
  bool any = false;
  std::size_t from = 0;
  while (const auto sighting = next_mac(name, from, std::nullopt)) {
    if (!sighting->address.is_placeholder() || sighting->several) return true;
    any = true;
    from = sighting->end;
  }
  return digits > 12 || (digits == 12 && !any);
}

// A pattern that matches this text and no other, but for `token` where it stands.
std::string literal_pattern(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view("*?[\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

// ${...} would be replaced when the configuration is read.
bool can_be_written(std::string_view word) noexcept {
  return word.find("${") == std::string_view::npos;
}

std::optional<Proposal> propose_sharing(const AccessLogLine& line) {
  const std::string_view name = name_of(line.request.path);
  if (name.empty() || may_hold_mac(name)) return std::nullopt;
  std::string pattern = literal_pattern(name);
  if (!can_be_written(pattern)) return std::nullopt;
  const auto shared = SharedFiles::parse(Word{pattern});
  if (!shared || !grants(line, {Match::kPath, {}, &*shared, nullptr})) return std::nullopt;
  return Proposal{Remedy::kShared, std::move(pattern)};
}

// Where else the own address stands.
std::optional<Proposal> propose_match(const AccessLogLine& line) {
  if (find_macs(line.request.path, *line.device).own && grants(line, Match::kUri))
    return Proposal{Remedy::kMatch, "uri"};
  for (std::string_view rest = line.request.query; !rest.empty();) {
    const std::size_t end = std::min(rest.find_first_of("&;"), rest.size());
    const std::string_view name = rest.substr(0, std::min(rest.find('='), end));
    if (!name.empty() && grants(line, Match::kQuery, name))
      return Proposal{Remedy::kMatch, "query " + std::string(name)};
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return std::nullopt;
}

std::optional<Proposal> propose_upload(const AccessLogLine& line) {
  const std::string_view name = name_of(line.request.path);
  std::string pattern;
  std::size_t from = 0;
  while (const auto sighting = next_mac(name, from, line.device)) {
    if (sighting->address != *line.device) return std::nullopt;
    pattern += literal_pattern(name.substr(from, sighting->begin - from)) + "{mac}";
    from = sighting->end;
  }
  pattern += literal_pattern(name.substr(from));
  // What the phone is configured by is not the phone's to write.
  if (from == 0 || ascii::equal_ignoring_case(pattern, "{mac}.cfg") || !can_be_written(pattern))
    return std::nullopt;
  const auto uploads = Uploads::parse(Word{pattern});
  if (!uploads || !grants(line, {Match::kPath, {}, nullptr, &*uploads})) return std::nullopt;
  return Proposal{Remedy::kUploads, std::move(pattern)};
}

bool was_not_found(const AccessLogLine& line) noexcept {
  return line.decision == LoggedDecision::kWouldDeny && line.status == 404;
}

// A word of a configuration, in quotes where httpd would read it otherwise.
std::string quoted(std::string_view word) {
  constexpr std::string_view kPlain = "._-{}~+,=@:";
  const bool plain = std::all_of(word.begin(), word.end(), [&](char c) {
    return ascii::is_alnum(c) || kPlain.find(c) != std::string_view::npos;
  });
  if (plain) return std::string(word);
  std::string out = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

} // namespace

std::optional<Proposal> propose(const AccessLogLine& line) {
  if (line.reason == Reason::kCertificateExpired) return Proposal{Remedy::kExpired, "listed"};
  if (!line.device) return std::nullopt;
  if (line.reason == Reason::kAclUnlisted) return Proposal{Remedy::kAcl, line.device->to_string()};
  if (was_not_found(line) || has_dot_segment(line.request.path)) return std::nullopt;
  if (line.reason == Reason::kMacMissing) {
    auto match = propose_match(line);
    return match ? match : propose_sharing(line);
  }
  // Only a placeholder can be shared by its name.
  if (line.reason == Reason::kMacForeign) return propose_sharing(line);
  if (line.reason == Reason::kMethodRefused && line.request.method == "POST")
    return propose_match(line);
  if (line.reason == Reason::kUploadRefused) return propose_upload(line);
  return std::nullopt;
}

std::string_view directive_of(Remedy remedy) noexcept {
  switch (remedy) {
  case Remedy::kShared: return "PolyAuthSharedFiles";
  case Remedy::kUploads: return "PolyAuthUploads";
  case Remedy::kMatch: return "PolyAuthMatch";
  case Remedy::kExpired: return "PolyAuthExpiredCertificates";
  case Remedy::kAcl: break;
  }
  return "";
}

std::string directive_line(Remedy remedy, std::span<const std::string> words) {
  std::string line(directive_of(remedy));
  if (remedy == Remedy::kShared || remedy == Remedy::kUploads) {
    line += " poly";
    for (const std::string& word : words) line += ' ' + quoted(word);
  } else if (!words.empty()) {
    // These take one choice: the one that most requests ask for.
    line += (line.empty() ? "" : " ") + words.front();
  }
  return line;
}

} // namespace polyauth::tool
