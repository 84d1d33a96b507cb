// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/credential_line.hpp"
#include "core/result.hpp"
#include "tool/console.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A password file, or one of device secrets, as the tool shows and edits it: without
// what is secret in it.
namespace polyauth::tool {

enum class CredentialKind : bool { kPasswords, kSecrets };

struct Credential {
  std::string name; // the user, or the id of a secret
  std::string label;
  Window window;
  std::size_t line = 0;
};

struct CredentialText {
  std::vector<Credential> lines;
  std::vector<Diagnostic> errors; // the first ones
  std::size_t error_count = 0;
};

[[nodiscard]] CredentialText read_credentials(CredentialKind kind, std::string_view text);
[[nodiscard]] std::uint64_t size_limit(CredentialKind kind) noexcept;

// "open", "over" or "not yet".
[[nodiscard]] std::string_view state_of(const Window& window, std::int64_t now) noexcept;

// "passwords:3: phone label=2026q3 until=2026-12-01T00:00:00Z"
[[nodiscard]] std::string describe(const std::string& file, const Credential& credential);

// Seconds since the epoch by the clock of this machine.
[[nodiscard]] std::int64_t now();

// Complains as every command does of a line that it cannot understand.
[[nodiscard]] Exit usage(Console& console, const std::string& command, const std::string& text);

// The time that an option states, or nothing after a complaint.
[[nodiscard]] std::optional<std::int64_t> time_of(const std::string& option,
                                                  const std::string& text, DateMeans date,
                                                  const std::string& command, Console& console);

} // namespace polyauth::tool
