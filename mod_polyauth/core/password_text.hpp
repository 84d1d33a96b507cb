// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/credential_line.hpp"
#include "core/password_hash.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

// The password file as text (conf/DIRECTIVES.md, "The password file").
namespace polyauth {

inline constexpr std::size_t kMaxUserBytes = 1024;

// A line that says a password. The texts are parts of the file that was read.
struct PasswordLine {
  std::string_view user;
  std::string_view hash;
  HashWork work;
  CredentialOptions options;
  std::size_t line = 0;
};

struct PasswordText {
  std::vector<PasswordLine> lines; // as they stand
  std::vector<Diagnostic> errors;  // the first kMaxReported
  std::size_t error_count = 0;
  // The first bad line that may have ended a password: it goes on opening.
  std::optional<Diagnostic> end_failed;

  static constexpr std::size_t kMaxReported = 20;
};

// Reads the bytes of a password file, which must outlive the answer. A file
// without any line is an error. No message holds any part of a hash.
[[nodiscard]] PasswordText parse_passwords(std::string_view text);

} // namespace polyauth
