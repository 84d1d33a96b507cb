// SPDX-License-Identifier: Apache-2.0
#include "credentials/device_secrets.hpp"

#include "core/ascii.hpp"
#include "core/text_lines.hpp"

#include <algorithm>

namespace polyauth {

namespace {

constexpr std::string_view kAccepted =
    "accepted is id:secret, the secret being the base64 of 32 bytes, then from= and until= if they "
    "are wanted; \"polyauthctl password add --secrets\" writes such a line";

// The value of a base64 digit (RFC 4648, section 4), or -1.
int base64_value(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (ascii::is_digit(c)) return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

// 43 digits and '=': the one base64 of 32 bytes, whose last two bits are zero.
bool decode(std::string_view text, std::array<unsigned char, kDeviceSecretBytes>& bytes) noexcept {
  constexpr std::size_t kDigits = 43;
  if (text.size() != kDigits + 1 || text.back() != '=') return false;
  unsigned bits = 0;
  unsigned count = 0;
  std::size_t at = 0;
  for (const char c : text.substr(0, kDigits)) {
    const int value = base64_value(c);
    if (value < 0) return false;
    bits = (bits << 6 | static_cast<unsigned>(value)) & 0xffffU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[at++] = static_cast<unsigned char>(bits >> count);
  }
  return (bits & ((1U << count) - 1)) == 0;
}

bool is_newer(const DeviceSecret& secret, const DeviceSecret& other) noexcept {
  return secret.window.from > other.window.from ||
         (secret.window.from == other.window.from && secret.line > other.line);
}

class SecretReader {
public:
  void read(const TextLine& line) {
    line_ = &line;
    if (const auto bad = find_forbidden(line.text))
      return fail(bad->at, std::string(bad->what) + " is not allowed, not even in a comment");
    const std::string_view text = trimmed(line.text);
    if (!text.empty() && text.front() != '#') read_secret(text);
  }

  [[nodiscard]] const std::vector<DeviceSecret>& secrets() const noexcept { return secrets_; }
  [[nodiscard]] std::vector<Diagnostic>& errors() noexcept { return errors_; }
  [[nodiscard]] std::size_t error_count() const noexcept { return error_count_; }

  void finish() {
    static constexpr TextLine kFirst{{}, 1, 0};
    line_ = &kFirst;
    if (error_count_ == 0 && secrets_.empty())
      fail(0, "there is no secret; " + std::string(kAccepted));
  }

private:
  // No message may hold a part of what stands behind the first ':', or of a line
  // without one.
  void read_secret(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos)
      return fail(at(text), "there is no ':'; " + std::string(kAccepted));
    DeviceSecret secret;
    secret.line = line_->number;
    secret.id = text.substr(0, colon);
    if (!is_label(secret.id))
      return fail(at(text),
                  "the id before the ':' is none; accepted are " + std::string(kLabelAccepted));
    for (const DeviceSecret& other : secrets_)
      if (other.id == secret.id)
        return fail(at(text), "the id \"" + secret.id + "\" stands in line " +
                                  std::to_string(other.line) + " already");
    const std::string_view rest = text.substr(colon + 1);
    const std::string_view encoded = rest.substr(0, rest.find_first_of(" \t"));
    if (!decode(encoded, secret.bytes))
      return fail(at(rest), "this is not the base64 of 32 bytes: 43 characters and '='");
    const std::string_view words = rest.substr(encoded.size());
    CredentialOptions options;
    if (const auto problem = parse_options(words, LabelOption::kRefused, options))
      return fail(at(words) + problem->at, problem->text);
    secret.window = options.window;
    if (secrets_.size() == kMaxDeviceSecrets)
      return fail(at(text), "there are more than " + std::to_string(kMaxDeviceSecrets) +
                                " secrets; remove those that are over");
    secrets_.push_back(secret);
  }

  [[nodiscard]] std::size_t at(std::string_view part) const noexcept {
    return static_cast<std::size_t>(part.data() - line_->text.data());
  }

  void fail(std::size_t at, std::string what) {
    ++error_count_;
    if (errors_.size() < DeviceSecrets::Parsed::kMaxReported)
      errors_.push_back({line_->number, line_->offset + at + 1, std::move(what)});
  }

  std::vector<DeviceSecret> secrets_;
  std::vector<Diagnostic> errors_;
  std::size_t error_count_ = 0;
  const TextLine* line_ = nullptr;
};

} // namespace

DeviceSecrets::Parsed DeviceSecrets::parse(std::string_view text) {
  SecretReader reader;
  LineWalk walk(text);
  while (const auto line = walk.next()) reader.read(*line);
  reader.finish();
  Parsed parsed;
  parsed.errors = std::move(reader.errors());
  parsed.error_count = reader.error_count();
  if (parsed.error_count == 0) {
    parsed.secrets.emplace();
    parsed.secrets->secrets_ = reader.secrets();
  }
  return parsed;
}

std::optional<DeviceSecrets::Password> DeviceSecrets::current(const MacAddress& mac,
                                                              std::int64_t now) const {
  const DeviceSecret* newest = nullptr;
  for (const DeviceSecret& secret : secrets_)
    if (secret.window.contains(now) && (newest == nullptr || is_newer(secret, *newest)))
      newest = &secret;
  if (newest == nullptr) return std::nullopt;
  return Password{device_password(newest->bytes, mac), newest->id};
}

std::optional<std::string_view>
DeviceSecrets::match(const MacAddress& mac, std::string_view password, std::int64_t now) const {
  if (password.size() != kDevicePasswordLength) return std::nullopt;
  const DeviceSecret* found = nullptr;
  for (const DeviceSecret& secret : secrets_) {
    if (!secret.window.contains(now)) continue;
    std::string expected = device_password(secret.bytes, mac);
    const bool same = CRYPTO_memcmp(expected.data(), password.data(), expected.size()) == 0;
    OPENSSL_cleanse(expected.data(), expected.size());
    if (same && (found == nullptr || is_newer(secret, *found))) found = &secret;
  }
  if (found == nullptr) return std::nullopt;
  return std::string_view(found->id);
}

} // namespace polyauth
