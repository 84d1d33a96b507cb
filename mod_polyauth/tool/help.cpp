// SPDX-License-Identifier: Apache-2.0
#include "tool/help.hpp"

#include "tool/wrapped_text.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace polyauth::tool {

namespace {

constexpr std::size_t kColumn = 22; // where the text of an option begins

constexpr std::string_view kAbout =
    "Checks the files of mod_polyauth and explains its decisions, by the same code as the server "
    "and without one. It changes nothing but the file that \"acl compile\", \"password add\" or "
    "\"password retire\" is told to.";
constexpr std::string_view kExitStatus = "\nExit status:\n"
                                         "  0  yes: valid, admitted, granted\n"
                                         "  1  no\n"
                                         "  2  the command line cannot be understood\n"
                                         "  3  a file is missing or cannot be used\n";
constexpr std::string_view kListExamples = "\nExamples:\n"
                                           "  polyauthctl check acl /etc/apache2/phones.acl\n"
                                           "  polyauthctl explain --help\n";

// A synopsis, in which what stands in brackets stays together on its line.
std::string synopsis(std::string_view words, std::size_t column) {
  constexpr char kKept = '\x1f'; // a blank that is no place to break
  std::string text(words);
  int depth = 0;
  for (char& c : text) {
    if (c == '[') ++depth;
    if (c == ']') --depth;
    if (c == ' ' && depth > 0) c = kKept;
  }
  text = wrapped(text, column, column);
  std::replace(text.begin(), text.end(), kKept, ' ');
  return text;
}

std::string paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    out += '\n' + wrapped(line, 0, 0);
  }
  return out;
}

std::string row(const std::string& label, std::string_view text) {
  std::string out = "  " + label;
  if (out.size() + 2 > kColumn)
    out += '\n' + std::string(kColumn, ' ');
  else
    out.append(kColumn - out.size(), ' ');
  return out + wrapped(text, kColumn, kColumn);
}

std::string label_of(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true);
  std::string label;
  for (const std::string& name : option.get_snames()) label += '-' + name + ", ";
  label += "--" + option.get_lnames().front();
  if (const std::string type = option.get_type_name(); !type.empty()) label += ' ' + type;
  return label;
}

std::string options_of(const CLI::App& app) {
  std::string arguments;
  std::string options;
  for (const CLI::Option* option : app.get_options())
    (option->get_positional() ? arguments : options) +=
        row(label_of(*option), option->get_description());
  if (!arguments.empty()) arguments = "\nArguments:\n" + arguments;
  return arguments + "\nOptions:\n" + options;
}

std::string full_name(const Command& command) {
  std::string name(command.group);
  if (!name.empty()) name += ' ';
  name += command.name;
  return name;
}

} // namespace

std::string command_help(const Command& command, const CLI::App& app) {
  const std::string start = "Usage: polyauthctl " + full_name(command) + ' ';
  return start + synopsis(command.synopsis, start.size()) + paragraphs(command.description) +
         options_of(app) + "\nExamples:\n" + std::string(command.examples);
}

std::string list_help(std::span<const Command* const> commands, std::string_view group,
                      const CLI::App& app) {
  const std::string prefix = group.empty() ? "" : std::string(group) + ' ';
  std::string out = "Usage: polyauthctl " + prefix + "COMMAND [ARGUMENT]...\n";
  if (group.empty()) out += paragraphs(kAbout);
  out += "\nCommands:\n";
  for (const Command* command : commands)
    if (group.empty() || command->group == group) out += row(full_name(*command), command->summary);
  out +=
      "\n\"polyauthctl " + prefix + "COMMAND --help\" tells more about each.\n" + options_of(app);
  return out + std::string(kExitStatus) + std::string(group.empty() ? kListExamples : "");
}

} // namespace polyauth::tool
