// SPDX-License-Identifier: Apache-2.0
#include "core/text_lines.hpp"
#include "credentials/bcrypt.hpp"
#include "credentials/device_password.hpp"
#include "credentials/random.hpp"
#include "io/file_edit.hpp"
#include "tool/command.hpp"
#include "tool/credential_list.hpp"
#include "tool/password_input.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

namespace polyauth::tool {

namespace {

const std::string kCommand = "password add";
constexpr unsigned kCost = 10; // some 50 ms
constexpr std::string_view kSomeHash = "AAAAAAAAAAAAA";
constexpr std::string_view kSomeSecret = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
constexpr mode_t kPasswordMode = 0640;
constexpr mode_t kSecretMode = 0600;

struct Options {
  std::string file;
  std::string name;
  std::optional<std::string> label;
  std::optional<std::string> from;
  std::optional<std::string> until;
  bool secrets = false;
  [[nodiscard]] CredentialKind kind() const {
    return secrets ? CredentialKind::kSecrets : CredentialKind::kPasswords;
  }
};

// What follows the name and the value, as it was given. Complains if it, or the name,
// would be read as something else than what was asked for.
std::optional<std::string> option_words(const Options& options, Console& console) {
  std::string words;
  for (const auto& [key, value] :
       {std::pair("label=", options.label), std::pair("from=", options.from),
        std::pair("until=", options.until)}) {
    if (!value) continue;
    words += ' ' + std::string(key) + *value;
    if (value->find_first_of(" \t") == std::string::npos) continue;
    (void)usage(console, kCommand, "there is a blank in " + polyauth::quoted(key + *value));
    return std::nullopt;
  }
  CredentialOptions read;
  if (const auto problem = parse_options(
          words, options.secrets ? LabelOption::kRefused : LabelOption::kAccepted, read)) {
    (void)usage(console, kCommand, problem->text);
    return std::nullopt;
  }
  const std::string_view value = options.secrets ? kSomeSecret : kSomeHash;
  const CredentialText line =
      read_credentials(options.kind(), options.name + ':' + std::string(value) + words);
  if (line.lines.size() == 1 && line.lines.front().name == options.name) return words;
  (void)usage(console, kCommand,
              polyauth::quoted(options.name) +
                  (options.secrets ? " is no id; accepted are " + std::string(kLabelAccepted)
                                   : " is no user: it must not be empty or longer than 1024 bytes, "
                                     "begin with a blank or '#', or hold ':' or a control "
                                     "character"));
  return std::nullopt;
}

// Phones hold user and password in the address of the server, which knows no escape.
void warn_of_odd_bytes(std::string_view password, Console& console) {
  const auto is_odd = [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || std::string_view(" %@:/").find(c) < 5;
  };
  if (std::any_of(password.begin(), password.end(), is_odd))
    console.hint("the password holds a blank, '%', '@', ':', '/' or something that is not ASCII: a "
                 "phone cannot send it if it stands in the URL of its server");
}

// The hash of a password that is read, or a new secret.
Result<std::string> make_value(const Options& options, Console& console) {
  if (!options.secrets) {
    auto password = read_password();
    if (!password) return password;
    warn_of_odd_bytes(*password, console);
    auto hash = bcrypt_hash(*password, kCost);
    OPENSSL_cleanse(password->data(), password->size());
    return hash;
  }
  std::array<unsigned char, kDeviceSecretBytes> bytes{};
  if (const auto filled = fill_random(bytes); !filled) return Error{filled.error()};
  std::array<unsigned char, 4 * ((kDeviceSecretBytes + 2) / 3) + 1> text{};
  EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(bytes.size()));
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return std::string(reinterpret_cast<const char*>(text.data()));
}

std::string with_line(const std::string& text, const std::string& line) {
  const std::string_view end = text.find("\r\n") == std::string::npos ? "\n" : "\r\n";
  std::string edited = text;
  if (!edited.empty() && !edited.ends_with('\n')) edited += end;
  edited += line;
  return edited += end;
}

Exit run(const Options& options, Console& console) {
  const auto words = option_words(options, console);
  if (!words) return Exit::kUsage;
  const auto value = make_value(options, console);
  if (!value) return usage(console, kCommand, value.error());
  auto edit = FileEdit::begin(options.file, size_limit(options.kind()),
                              options.secrets ? kSecretMode : kPasswordMode);
  if (!edit) {
    console.error(options.file + ' ' + edit.error());
    return Exit::kEnvironment;
  }
  const std::string text = with_line(edit->text(), options.name + ':' + *value + *words);
  const CredentialText all = read_credentials(options.kind(), text);
  if (all.error_count != 0) {
    print_errors(options.file, all.errors, all.error_count, console);
    return Exit::kNo;
  }
  if (text.size() > size_limit(options.kind())) {
    console.error(options.file + " would be larger than a server accepts");
    return Exit::kEnvironment;
  }
  if (const auto written = edit->finish(text); !written) {
    console.error(options.file + ' ' + written.error());
    return Exit::kEnvironment;
  }
  console.print("added " + describe(options.file, all.lines.back()));
  if (edit->is_new() && !options.secrets)
    console.hint("the User of the server must be able to read it: chgrp it to that user's group");
  return Exit::kYes;
}

Action define(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  Options& o = *options;
  app.add_option("FILE", o.file, "The password file; made if it is not there.")->required();
  app.add_option("USER", o.name, "The user; with --secrets the id of the new secret.")->required();
  app.add_option("--label", o.label, "A name for this password, for logs and reports.")
      ->type_name("LABEL");
  app.add_option("--from", o.from, "The day, or the time in UTC, from which on it opens.")
      ->type_name("TIME");
  app.add_option("--until", o.until,
                 "The last day on which it opens, or the time in UTC when it ceases to.")
      ->type_name("TIME");
  app.add_flag("--secrets", o.secrets,
               "FILE is one of device secrets: add 32 random bytes, which nobody needs to see.");
  return [options](Console& console) { return run(*options, console); };
}

} // namespace

const Command kPasswordAdd = {
    "password",
    "add",
    "FILE USER [--label LABEL] [--from TIME] [--until TIME] [--secrets]",
    "Add a password for a user, or a device secret.",
    "The password is read from standard input; from a terminal it is typed twice and not shown. It "
    "is never an argument. It is stored as bcrypt, which looks at 72 bytes: a longer one is "
    "refused, as is an empty one and one with control characters.\n"
    "A user may have many passwords. Each opens in its window, so that an old and a new one can be "
    "good together while the phones move over; nothing that stands in FILE is changed.\n"
    "TIME is a date or a date and time in UTC: 2026-11-30 or 2026-11-30T18:00:00Z.\n"
    "FILE is replaced at once or not at all, with its mode and owner; a new one has mode 0640, or "
    "0600 with --secrets. A file with an error is left as it is, every error is printed as "
    "FILE:LINE:COLUMN, and the exit status is 1.",
    "  polyauthctl password add /etc/polyauth/passwords phone --label 2027q1\n"
    "  polyauthctl password add --secrets /etc/polyauth/secrets 2027 \\\n"
    "    --from 2027-01-01\n",
    define,
};

} // namespace polyauth::tool
