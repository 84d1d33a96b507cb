// SPDX-License-Identifier: Apache-2.0
#include "core/utc_time.hpp"
#include "state/state_database.hpp"
#include "state/state_store.hpp"
#include "tool/acl_list.hpp"
#include "tool/command.hpp"

#include <grp.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <sys/stat.h>
#include <system_error>

namespace polyauth::tool {

namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string state;
  std::vector<std::string> dbd; // a driver and its parameters
  std::string acl;
  bool json = false;
};

// Which devices have last logged in with the password of each label, and which were never
// seen.
struct Usage {
  std::map<std::string, std::vector<Sighting>> labels;
  std::vector<MacAddress> not_seen;
};

// From root to the owner of the folder, for good: whoever can write to it could lead SQLite to
// any other file. In a folder of root that others write to as well, to the owner of the file, who
// may have to be in the folder's group to reach it.
Result<bool> become_owner_of_folder(const std::string& path) {
  if (::geteuid() != 0) return true;
  std::string name = std::filesystem::absolute(path).parent_path();
  struct stat owned {};
  gid_t group = 0; // none
  int failed = ::stat(name.c_str(), &owned);
  if (failed == 0 && owned.st_uid == 0) {
    if ((owned.st_mode & (S_IWGRP | S_IWOTH)) == 0) return true;
    group = owned.st_gid;
    failed = ::lstat((name = path).c_str(), &owned);
    if (failed == 0 && owned.st_uid == 0)
      return Error{"\"" + path + "\" belongs to root, and others can write to its folder"};
  }
  if (failed == 0 && ::setgroups(group == 0 ? 0 : 1, &group) == 0 && ::setgid(owned.st_gid) == 0 &&
      ::setuid(owned.st_uid) == 0)
    return true;
  return Error{"\"" + name + "\": " + std::generic_category().message(errno)};
}

// As in "password=..." and postgresql://user:password@host.
bool holds_password(std::string_view parameters) {
  if (parameters.find("password") != std::string_view::npos) return true;
  const std::size_t scheme = parameters.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view rest = parameters.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  const std::size_t at = authority.rfind('@');
  return at != std::string_view::npos && authority.find(':') < at;
}

Result<StateDatabase> open(const Options& options) {
  if (!options.dbd.empty()) {
    auto database = StateDatabase::open(options.dbd[0], options.dbd[1]);
    // Not the parameters, which may tell more than they should.
    return database
               ? std::move(database)
               : Result<StateDatabase>(Error{"the database cannot be opened: " + database.error()});
  }
  if (const auto done = become_owner_of_folder(options.state); !done) return Error{done.error()};
  const auto there = check_state_file(options.state, static_cast<uid_t>(-1));
  if (!there) return Error{there.error()};
  if (!*there) return Error{"\"" + options.state + "\" does not exist"};
  return StateDatabase::open_sqlite(options.state);
}

Result<std::vector<Sighting>> read_sightings(const StateDatabase& database) {
  const auto connection = StateConnection::on(database.connection());
  if (!connection) return Error{connection.error()};
  StateStore store(*connection);
  const auto there = store.check_schema();
  if (!there) return Error{there.error()};
  if (!*there) return Error{"there are no tables of mod_polyauth in the database"};
  return store.usage();
}

// With a list, only devices that it admits count.
Usage sum_up(const std::vector<Sighting>& sightings, const AclList* acl) {
  const auto counts = [acl](const MacAddress& mac) {
    if (acl == nullptr) return true;
    const AclAnswer answer = acl->consult(mac).answer;
    return answer == AclAnswer::kAdmitted || answer == AclAnswer::kAdmittedByName;
  };
  std::map<MacAddress, const Sighting*> last;
  for (const Sighting& each : sightings) {
    if (!counts(each.mac)) continue;
    const Sighting*& known = last[each.mac];
    if (known == nullptr || each.at > known->at) known = &each;
  }
  Usage usage;
  for (const auto& [mac, sighting] : last) usage.labels[sighting->label].push_back(*sighting);
  if (acl == nullptr) return usage;
  std::set<MacAddress> missing;
  for (const AclEntry& entry : acl->entries())
    if (const MacAddress mac(entry.prefix);
        entry.digits == 12 && !entry.denial && counts(mac) && last.count(mac) == 0)
      missing.insert(mac);
  usage.not_seen.assign(missing.begin(), missing.end());
  return usage;
}

void print_json(const Usage& usage, bool has_acl, Console& console) {
  Json labels = Json::array();
  for (const auto& [label, devices] : usage.labels) {
    Json list = Json::array();
    for (const Sighting& device : devices)
      list.push_back({{"mac", device.mac.to_string()},
                      {"since", utc_text(device.since)},
                      {"last", utc_text(device.at)}});
    labels.push_back(
        {{"label", label.empty() ? Json(nullptr) : Json(label)}, {"devices", std::move(list)}});
  }
  Json object;
  object["labels"] = std::move(labels);
  if (has_acl) {
    object["not_seen"] = Json::array();
    for (const MacAddress& mac : usage.not_seen) object["not_seen"].push_back(mac.to_string());
  }
  console.print_text(object.dump(2, ' ', true, Json::error_handler_t::replace) + '\n');
}

void print_text(const Usage& usage, bool has_acl, Console& console) {
  for (const auto& [label, devices] : usage.labels) {
    console.print((label.empty() ? "no label" : "label " + label) + ": " +
                  counted(devices.size(), "device used it last", "devices used it last"));
    for (const Sighting& device : devices)
      console.print("  " + device.mac.to_string() + " since " + utc_text(device.since) + ", last " +
                    utc_text(device.at));
  }
  if (!has_acl) return;
  console.print("not seen: " + counted(usage.not_seen.size(), "device", "devices"));
  for (const MacAddress& mac : usage.not_seen) console.print("  " + mac.to_string());
}

Exit run(const Options& options, Console& console) {
  if (options.state.empty() == options.dbd.empty()) {
    console.error("either --state or --dbd is needed");
    return Exit::kUsage;
  }
  // Every user of the machine can read the arguments of a process.
  if (!options.dbd.empty() && holds_password(options.dbd[1])) {
    console.error("a password does not belong into the parameters, where others can read it");
    console.hint("write it into the file that PGPASSFILE names, or into a service of "
                 "PGSERVICEFILE: --dbd pgsql service=polyauth");
    return Exit::kUsage;
  }
  std::optional<AclList> acl;
  if (!options.acl.empty()) {
    acl = AclList::load(options.acl, console);
    if (!acl) return Exit::kEnvironment;
    if (!acl->is_text()) {
      console.error(options.acl + " is compiled; the text that it was made of is needed");
      return Exit::kEnvironment;
    }
  }
  const AprLibrary apr;
  const auto database = open(options);
  const auto sightings =
      database ? read_sightings(*database) : Result<std::vector<Sighting>>(Error{database.error()});
  if (!sightings) {
    console.error(sightings.error());
    return Exit::kEnvironment;
  }
  const Usage usage = sum_up(*sightings, acl ? &*acl : nullptr);
  (options.json ? print_json : print_text)(usage, acl.has_value(), console);
  return Exit::kYes;
}

Action define(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("--state", options->state, "The SQLite file of PolyAuthState.")->type_name("PATH");
  app.add_option("--dbd", options->dbd,
                 "DBDriver and DBDParams of PolyAuthState dbd, without a password.")
      ->expected(2)
      ->type_name("DRIVER PARAMS");
  app.add_option("--acl", options->acl, "Count the devices of this text list, and no others.")
      ->type_name("FILE");
  app.add_flag("--json", options->json, "Print a JSON object.");
  return [options](Console& console) { return run(*options, console); };
}

} // namespace

const Command kPasswordUsage = {
    "password",
    "usage",
    "(--state PATH | --dbd DRIVER PARAMS) [--acl FILE] [--json]",
    "Which devices still use which password?",
    "Prints for each label how many devices have last logged in with its password, and for each "
    "of them since when and when last. A window may be closed when nobody uses its label any "
    "more.\n"
    "With --acl only devices that the list admits count, and those that it names and that have "
    "not been seen at all are printed as well.\n"
    "A login is written down within seconds, and again at most once an hour. A password for the "
    "database is taken from the file that PGPASSFILE or PGSERVICEFILE names, never from PARAMS.",
    "  polyauthctl password usage --state /var/lib/polyauth/state.sqlite\n"
    "  polyauthctl password usage --dbd pgsql service=polyauth --acl phones.acl\n",
    define,
};

} // namespace polyauth::tool
