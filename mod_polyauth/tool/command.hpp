// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tool/console.hpp"

#include <functional>
#include <string_view>

namespace CLI {
class App;
}

// A command is one file: its words for the help, its options and what it does.
// A new one is declared below and gets a line in main.cpp.
namespace polyauth::tool {

using Action = std::function<Exit(Console&)>;

struct Command {
  std::string_view group;          // the word before its name; empty if it stands alone
  std::string_view name;           // the word itself
  std::string_view synopsis;       // what follows its name
  std::string_view summary;        // a phrase for the list of commands
  std::string_view description;    // paragraphs, each one line
  std::string_view examples;       // as they stand, each line below 78 columns
  Action (*define)(CLI::App& app); // adds the options; the action reads them
};

extern const Command kAclCompile;
extern const Command kAclQuery;
extern const Command kCheckAcl;
extern const Command kCheckPasswords;
extern const Command kExplain;
extern const Command kPasswordAdd;
extern const Command kPasswordDerive;
extern const Command kPasswordList;
extern const Command kPasswordRetire;
extern const Command kPasswordUsage;
extern const Command kReport;

} // namespace polyauth::tool
