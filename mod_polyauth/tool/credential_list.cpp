// SPDX-License-Identifier: Apache-2.0
#include "tool/credential_list.hpp"

#include "core/password_text.hpp"
#include "credentials/device_secrets.hpp"
#include "credentials/password_file.hpp"

#include <ctime>
#include <utility>

namespace polyauth::tool {

namespace {

CredentialText read_passwords(std::string_view bytes) {
  PasswordText text = parse_passwords(bytes);
  CredentialText credentials{{}, std::move(text.errors), text.error_count};
  for (const PasswordLine& line : text.lines)
    credentials.lines.push_back(
        {std::string(line.user), std::string(line.options.label), line.options.window, line.line});
  return credentials;
}

CredentialText read_secrets(std::string_view bytes) {
  DeviceSecrets::Parsed parsed = DeviceSecrets::parse(bytes);
  CredentialText credentials{{}, std::move(parsed.errors), parsed.error_count};
  if (parsed.secrets)
    for (const DeviceSecret& secret : parsed.secrets->all())
      credentials.lines.push_back({secret.id, "", secret.window, secret.line});
  return credentials;
}

} // namespace

CredentialText read_credentials(CredentialKind kind, std::string_view text) {
  return kind == CredentialKind::kPasswords ? read_passwords(text) : read_secrets(text);
}

std::uint64_t size_limit(CredentialKind kind) noexcept {
  return kind == CredentialKind::kPasswords ? kMaxPasswordBytes : kMaxDeviceSecretFileBytes;
}

std::string_view state_of(const Window& window, std::int64_t now) noexcept {
  if (window.contains(now)) return "open";
  return window.is_over(now) ? "over" : "not yet";
}

std::string describe(const std::string& file, const Credential& credential) {
  std::string text = file + ':' + std::to_string(credential.line) + ": " + credential.name;
  if (!credential.label.empty()) text += " label=" + credential.label;
  if (credential.window.from != Window::kAlways)
    text += " from=" + utc_text(credential.window.from);
  if (credential.window.until != Window::kNever)
    text += " until=" + utc_text(credential.window.until);
  return text;
}

std::int64_t now() { return std::time(nullptr); }

Exit usage(Console& console, const std::string& command, const std::string& text) {
  console.error(text);
  console.hint("see polyauthctl " + command + " --help");
  return Exit::kUsage;
}

std::optional<std::int64_t> time_of(const std::string& option, const std::string& text,
                                    DateMeans date, const std::string& command, Console& console) {
  const auto time = parse_utc(text, date);
  if (time) return *time;
  (void)usage(console, command, option + ": \"" + text + "\" " + time.error());
  return std::nullopt;
}

} // namespace polyauth::tool
