// SPDX-License-Identifier: Apache-2.0
#include "core/mac_address.hpp"
#include "tool/acl_list.hpp"
#include "tool/command.hpp"

#include <CLI/CLI.hpp>
#include <memory>

namespace polyauth::tool {

namespace {

struct Options {
  std::string file;
  std::string mac;
};

Exit run(const Options& options, Console& console) {
  const auto mac = MacAddress::parse(options.mac);
  if (!mac) {
    console.error('"' + options.mac + "\" is no MAC address");
    console.hint(
        "write it as 0004f2aabbcc, 00-04-f2-aa-bb-cc, 00:04:f2:aa:bb:cc or 0004.f2aa.bbcc");
    return Exit::kUsage;
  }
  const auto list = AclList::load(options.file, console);
  if (!list) return Exit::kEnvironment;
  const AclRuling ruling = list->consult(*mac);
  switch (ruling.answer) {
  case AclAnswer::kAdmitted:
  case AclAnswer::kAdmittedByName:
    console.print("admitted: " + list->describe(ruling.entry));
    if (mac->is_placeholder() || !mac->is_unicast())
      console.hint(mac->to_string() + " is no address of a device: no certificate may carry it");
    return Exit::kYes;
  case AclAnswer::kDenied:
    console.print("denied: " + list->describe(ruling.entry));
    return Exit::kNo;
  case AclAnswer::kUnlisted:
    console.print("unlisted: no entry covers " + mac->to_string() + " (" + list->path() + ')');
    return Exit::kNo;
  case AclAnswer::kNotSet:
  case AclAnswer::kUnavailable: break;
  }
  console.error(list->path() + " cannot be consulted");
  return Exit::kEnvironment;
}

Action define(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("FILE", options->file, "The list, a text or a compiled one.")->required();
  app.add_option("MAC", options->mac,
                 "The device, in any of the four spellings, upper or lower case.")
      ->required();
  return [options](Console& console) { return run(*options, console); };
}

} // namespace

const Command kAclQuery = {
    "acl",
    "query",
    "FILE MAC",
    "Does a list admit a device, and by which entry?",
    "Prints \"admitted\", \"denied\" or \"unlisted\" with the entry that decides and, of a text "
    "list, the line where it stands first. Exits 0 if the device is admitted, else 1.\n"
    "It reads the file. What a running server has in force is what it loaded last: see PA2001 in "
    "its error log.",
    "  polyauthctl acl query phones.acl 00:04:F2:AA:BB:CC\n"
    "  polyauthctl acl query phones.acl 0004f2aabbcc || echo not admitted\n",
    define,
};

} // namespace polyauth::tool
