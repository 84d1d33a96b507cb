// SPDX-License-Identifier: Apache-2.0
#include "io/file.hpp"
#include "tool/command.hpp"
#include "tool/credential_list.hpp"

#include <CLI/CLI.hpp>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

namespace polyauth::tool {

namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string file;
  bool secrets = false;
  bool json = false;
};

Json time_or_null(std::int64_t time, std::int64_t unset) {
  return time == unset ? Json(nullptr) : Json(utc_text(time));
}

Json json_of(const Credential& credential, CredentialKind kind, std::int64_t at) {
  Json object;
  object["line"] = credential.line;
  if (kind == CredentialKind::kPasswords) {
    object["user"] = credential.name;
    object["label"] = credential.label.empty() ? Json(nullptr) : Json(credential.label);
  } else {
    object["id"] = credential.name;
  }
  object["from"] = time_or_null(credential.window.from, Window::kAlways);
  object["until"] = time_or_null(credential.window.until, Window::kNever);
  object["state"] = state_of(credential.window, at);
  return object;
}

Exit run(const Options& options, Console& console) {
  const auto kind = options.secrets ? CredentialKind::kSecrets : CredentialKind::kPasswords;
  const auto contents = read_file(options.file, size_limit(kind));
  if (!contents) {
    console.error(options.file + ' ' + contents.error());
    return Exit::kEnvironment;
  }
  const CredentialText text = read_credentials(kind, contents->bytes);
  if (text.error_count != 0) {
    print_errors(options.file, text.errors, text.error_count, console);
    return Exit::kNo;
  }
  const std::int64_t at = now();
  if (!options.json) {
    for (const Credential& credential : text.lines)
      console.print(describe(options.file, credential) + ": " +
                    std::string(state_of(credential.window, at)));
    return Exit::kYes;
  }
  Json list = Json::array();
  for (const Credential& credential : text.lines) list.push_back(json_of(credential, kind, at));
  // A user may be in Latin-1, which JSON is not.
  console.print_text(list.dump(2, ' ', true, Json::error_handler_t::replace) + '\n');
  return Exit::kYes;
}

Action define(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("FILE", options->file, "The password file.")->required();
  app.add_flag("--secrets", options->secrets, "FILE is one of device secrets.");
  app.add_flag("--json", options->json, "Print a JSON array.");
  return [options](Console& console) { return run(*options, console); };
}

} // namespace

const Command kPasswordList = {
    "password",
    "list",
    "FILE [--secrets] [--json]",
    "Which passwords are there, and which of them open now?",
    "Prints a line for each password: its place, user, label and window, and whether it is open "
    "now, over, or not yet. from= is the first second of the window, until= the first one after "
    "it. No hash and no secret is printed.\n"
    "If the file has an error, it is printed as FILE:LINE:COLUMN and the exit status is 1.",
    "  polyauthctl password list /etc/polyauth/passwords\n"
    "  polyauthctl password list --json passwords | jq '.[].user'\n",
    define,
};

} // namespace polyauth::tool
