// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/pages/html.hpp"
#include "core/mac_address.hpp"
#include "io/publication.hpp"
#include "io/status_board.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What the status page tells, and the three forms that it has. Views of values; no request.
namespace polyauth::apache {

struct FileStatus {
  FileKind kind;
  std::string path;
  std::uint64_t generation = 0; // 0: nothing is in force
  std::int64_t adopted = 0;
  std::string summary;
  std::string problem; // of the version refused since; empty: none
};

// A device's certificate that has ended or soon will.
struct EndingCertificate {
  MacAddress device;
  std::int64_t until;
};

struct LabelUse {
  std::string label; // empty: a password without one
  std::size_t devices = 0;
  std::int64_t last = 0;
};

// What PolyAuthState tells.
struct LoginStatus {
  std::vector<EndingCertificate> ending; // soonest first
  std::vector<LabelUse> labels;
};
enum class LoginSource : std::uint8_t { kNone, kUnreachable, kKnown };

struct StatusView {
  static constexpr std::int64_t kSoon = std::int64_t{90} * 86400;

  std::int64_t now = 0;
  std::string server; // httpd's own words
  std::string version;
  std::string user;
  const StatusBoard* board = nullptr;
  std::vector<FileStatus> files;
  LoginSource login_source = LoginSource::kNone;
  LoginStatus logins;
};

// "acl", "trust", "crl", "passwords".
[[nodiscard]] const char* kind_text(FileKind kind) noexcept;

// Text of a client with everything but printable ASCII written as \xHH.
[[nodiscard]] std::string visible(std::string_view text);

[[nodiscard]] Html status_page(const StatusView& view);
[[nodiscard]] std::string status_json(const StatusView& view);
// Prometheus' text format; without what PolyAuthState tells.
[[nodiscard]] std::string status_prometheus(const StatusView& view);

} // namespace polyauth::apache
