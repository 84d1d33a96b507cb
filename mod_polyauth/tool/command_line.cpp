// SPDX-License-Identifier: Apache-2.0
#include "tool/command_line.hpp"

#include "tool/help.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <optional>

namespace polyauth::tool {

namespace {

// The commands as CLI11 parses them. The errors are worded here, so that they
// read alike and the first thing that is wrong is the one that is named.
class Parser {
public:
  explicit Parser(std::span<const Command* const> commands) : commands_(commands) {
    prepare(root_);
    root_.set_version_flag("--version", POLYAUTH_VERSION, "Print the version and exit.");
    for (const Command* command : commands) {
      CLI::App* const app = group(command->group).add_subcommand(std::string(command->name));
      prepare(*app);
      actions_[app] = {command, command->define(*app)};
    }
  }

  Exit run(const std::vector<std::string>& arguments, Console& console) {
    std::string fault;
    try {
      root_.parse(reversed(arguments));
    } catch (const CLI::CallForHelp&) {
      console.print_text(help());
      return Exit::kYes;
    } catch (const CLI::CallForVersion&) {
      console.print("polyauthctl " POLYAUTH_VERSION);
      return Exit::kYes;
    } catch (const CLI::ParseError& error) {
      fault = worded(error);
    }
    return settle(std::move(fault), console);
  }

private:
  struct Bound {
    const Command* command;
    Action action;
  };

  // Runs the command if there is one and nothing is wrong.
  Exit settle(std::string fault, Console& console) const {
    std::string place = "polyauthctl";
    const CLI::App* app = &root_;
    for (;; app = app->get_subcommands().front(), place += ' ' + app->get_name()) {
      // What is left over on the way is wrong before anything behind it is.
      if (const auto stranger = stranger_of(*app)) {
        fault = worded_stranger(*stranger, actions_.contains(app));
        break;
      }
      if (!app->get_subcommands().empty()) continue;
      const auto chosen = actions_.find(app);
      if (fault.empty() && chosen != actions_.end()) return chosen->second.action(console);
      if (fault.empty()) fault = place + " needs a command";
      break;
    }
    console.error(fault);
    console.hint("see " + place + " --help");
    return Exit::kUsage;
  }

  CLI::App& group(std::string_view name) {
    if (name.empty()) return root_;
    CLI::App*& app = groups_[name];
    if (app == nullptr) prepare(*(app = root_.add_subcommand(std::string(name))));
    return *app;
  }

  static void prepare(CLI::App& app) {
    app.set_help_flag("-h,--help", "Print this help and exit.");
    app.allow_extras();
    // At most one: else a file that is named like a command would be one.
    app.require_subcommand(0, 1);
  }

  // Last argument first, as CLI11 wants them. It would take the argument behind
  // "--name=" for the value, which is empty.
  static std::vector<std::string> reversed(const std::vector<std::string>& arguments) {
    std::vector<std::string> all;
    bool options = true;
    for (const std::string& argument : arguments) {
      options = options && argument != "--";
      if (options && argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
        all.push_back(argument.substr(0, argument.size() - 1));
        all.emplace_back();
      } else {
        all.push_back(argument);
      }
    }
    std::reverse(all.begin(), all.end());
    return all;
  }

  // The last app on the command line that has been recognised.
  [[nodiscard]] const CLI::App& named() const {
    const CLI::App* app = &root_;
    while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
    return *app;
  }

  // The first argument that the app itself has no use for. CLI11 counts the mark
  // that ends the options among them.
  [[nodiscard]] static std::optional<std::string> stranger_of(const CLI::App& app) {
    auto strangers = app.remaining(false);
    if (const auto mark = std::find(strangers.begin(), strangers.end(), "--");
        mark != strangers.end())
      strangers.erase(mark);
    if (strangers.empty()) return std::nullopt;
    return strangers.front();
  }

  [[nodiscard]] std::string help() const {
    const CLI::App& app = named();
    if (const auto bound = actions_.find(&app); bound != actions_.end())
      return command_help(*bound->second.command, app);
    return list_help(commands_, app.get_name(), app);
  }

  [[nodiscard]] static std::string worded_stranger(const std::string& argument,
                                                   bool command_known) {
    const std::string quoted = '"' + argument + '"';
    if (argument.size() > 1 && argument.starts_with('-')) return "there is no option " + quoted;
    return command_known ? "there is no use for " + quoted : "there is no command " + quoted;
  }

  // The options of the command say what is wrong more plainly than CLI11 does.
  [[nodiscard]] std::string worded(const CLI::ParseError& error) const {
    for (const CLI::Option* option : named().get_options()) {
      const int most = option->get_items_expected_max();
      if (most > 0 && option->count() > static_cast<std::size_t>(most))
        return option->get_name() +
               (most == 1 ? " is given more than once" : " is given too many words");
    }
    const std::string_view what = error.what();
    if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr)
      return "a flag such as --help or --json takes no value";
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
      return std::string(what.substr(0, what.find(':'))) + " needs a value";
    return std::string(what);
  }

  std::span<const Command* const> commands_;
  CLI::App root_;
  std::map<std::string_view, CLI::App*> groups_;
  std::map<const CLI::App*, Bound> actions_;
};

} // namespace

Exit run_command_line(std::span<const Command* const> commands,
                      const std::vector<std::string>& arguments, Console& console) {
  return Parser(commands).run(arguments, console);
}

} // namespace polyauth::tool
