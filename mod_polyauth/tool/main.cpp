// SPDX-License-Identifier: Apache-2.0
#include "tool/command.hpp"
#include "tool/command_line.hpp"

#include <exception>

using namespace polyauth::tool;

namespace {

constexpr const Command* kCommands[] = {
    &kCheckAcl,    &kCheckPasswords, &kAclQuery,       &kAclCompile,     &kExplain,
    &kPasswordAdd, &kPasswordList,   &kPasswordRetire, &kPasswordDerive, &kPasswordUsage,
    &kReport,
};

} // namespace

int main(int argc, char** argv) {
  Console console;
  Exit exit = Exit::kEnvironment;
  try {
    exit = run_command_line(kCommands, {argv + 1, argv + argc}, console);
  } catch (const std::exception& fault) {
    console.error(fault.what());
  }
  return static_cast<int>(console.finish(exit));
}
