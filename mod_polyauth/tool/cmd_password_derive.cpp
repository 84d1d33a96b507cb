// SPDX-License-Identifier: Apache-2.0
#include "credentials/device_secrets.hpp"
#include "io/file.hpp"
#include "tool/command.hpp"
#include "tool/credential_list.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <sys/stat.h>

namespace polyauth::tool {

namespace {

const std::string kCommand = "password derive";

struct Options {
  std::string secrets;
  std::string mac;
  std::optional<std::string> id;
  std::optional<std::string> at;
};

Exit answer(const Options& options, const DeviceSecrets& secrets, const MacAddress& mac,
            std::int64_t at, Console& console) {
  auto password = secrets.current(mac, at);
  if (options.id) {
    const auto& all = secrets.all();
    const auto found = std::find_if(all.begin(), all.end(), [&](const DeviceSecret& secret) {
      return secret.id == *options.id;
    });
    if (found == all.end()) {
      console.print(options.secrets + ": there is no secret \"" + *options.id + '"');
      return Exit::kNo;
    }
    password.reset();
    if (found->window.contains(at)) password = {device_password(found->bytes, mac), found->id};
  }
  if (!password) {
    console.print(options.secrets + ": no secret is in its window at " + utc_text(at));
    return Exit::kNo;
  }
  console.print("user: " + mac.to_string());
  console.print("password: " + password->text);
  console.print("id: " + std::string(password->id));
  return Exit::kYes;
}

Exit run(const Options& options, Console& console) {
  const auto mac = MacAddress::parse(options.mac);
  if (!mac) return usage(console, kCommand, '"' + options.mac + "\" is no MAC address");
  std::int64_t at = now();
  if (options.at) {
    const auto time = time_of("--at", *options.at, DateMeans::kItsBegin, kCommand, console);
    if (!time) return Exit::kUsage;
    at = *time;
  }
  const auto contents = read_file(options.secrets, kMaxDeviceSecretFileBytes);
  if (!contents) {
    console.error(options.secrets + ' ' + contents.error());
    return Exit::kEnvironment;
  }
  const auto parsed = DeviceSecrets::parse(contents->bytes);
  if (!parsed.secrets) {
    print_errors(options.secrets, parsed.errors, parsed.error_count, console);
    return Exit::kNo;
  }
  struct stat info {};
  if (::stat(options.secrets.c_str(), &info) == 0 && (info.st_mode & 077) != 0)
    console.hint("the server refuses a file that group or others may use: chmod 600 " +
                 options.secrets);
  return answer(options, *parsed.secrets, *mac, at, console);
}

Action define(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("--secrets", options->secrets, "The file of device secrets.")
      ->required()
      ->type_name("FILE");
  app.add_option("MAC", options->mac, "The device, in any of the four spellings.")->required();
  app.add_option("--id", options->id, "The secret; if not given, the newest in its window.")
      ->type_name("ID");
  app.add_option("--at", options->at,
                 "The day, or the time in UTC, that counts; now, if not given.")
      ->type_name("TIME");
  return [options](Console& console) { return run(*options, console); };
}

} // namespace

const Command kPasswordDerive = {
    "password",
    "derive",
    "--secrets FILE MAC [--id ID] [--at TIME]",
    "The user and password of a device under a device secret.",
    "Prints what PolyAuthDeviceSecretFile makes the server accept from this device: the user, "
    "which is its MAC, the password, and the id of the secret. The password is as good as the one "
    "in the phone: mind who sees the terminal, and where its output goes.\n"
    "Without --id it is the secret with the latest from= of those that are in their window, as the "
    "onboarding page uses it. Exits 1 if there is none, and if the file has an error.\n"
    "TIME is a date or a date and time in UTC: 2026-11-30 or 2026-11-30T18:00:00Z.",
    "  polyauthctl password derive --secrets /etc/polyauth/secrets 0004f2aabbcc\n"
    "  polyauthctl password derive --secrets secrets 0004f2aabbcc --at 2027-01-01\n",
    define,
};

} // namespace polyauth::tool
