// SPDX-License-Identifier: Apache-2.0
#include "core/ascii.hpp"
#include "core/text_lines.hpp"
#include "io/file_edit.hpp"
#include "tool/command.hpp"
#include "tool/credential_list.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace polyauth::tool {

namespace {

const std::string kCommand = "password retire";

struct Options {
  std::string file;
  std::optional<std::string> label;
  std::optional<std::string> user;
  std::optional<std::string> id;
  std::optional<std::string> until;
  [[nodiscard]] bool secrets() const { return id.has_value(); }
  [[nodiscard]] CredentialKind kind() const {
    return secrets() ? CredentialKind::kSecrets : CredentialKind::kPasswords;
  }
  [[nodiscard]] bool names(const Credential& credential) const {
    if (id) return credential.name == *id;
    return (!label || credential.label == *label) && (!user || credential.name == *user);
  }
};

// A line, without what ends it, whose until= is that time. What else stands there
// stays as it is.
std::string ended(std::string_view line, std::int64_t until) {
  constexpr std::string_view kKey = "until=";
  const std::string word = std::string(kKey) + utc_text(until);
  // Only behind the hash: "until=" may be a part of the user.
  std::size_t at = std::min(line.find(':'), line.size());
  while ((at = line.find(kKey, at)) != std::string_view::npos && !ascii::is_blank(line[at - 1]))
    ++at;
  std::string text(line);
  if (at != std::string_view::npos) {
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    return text.replace(at, end - at, word);
  }
  const std::size_t last = line.find_last_not_of(" \t");
  return text.insert(last + 1, ' ' + word);
}

// The text with all of these lines ended.
std::string edited(const std::string& text, const std::vector<Credential>& credentials,
                   std::int64_t until) {
  std::string out;
  std::size_t done = 0; // bytes of the text
  auto next = credentials.begin();
  LineWalk walk(text);
  while (const auto line = walk.next()) {
    if (next == credentials.end() || line->number != next->line) continue;
    const auto at = static_cast<std::size_t>(line->text.data() - text.data());
    out.append(text, done, at - done);
    out += ended(line->text, until);
    done = at + line->text.size();
    ++next;
  }
  return out.append(text, done);
}

// Who has no password left that opens at that time.
void warn_of_closed_users(const CredentialText& text, const std::vector<Credential>& retired,
                          std::int64_t until, Console& console) {
  std::vector<std::string> told;
  for (const Credential& credential : retired) {
    const auto opens = [&](const Credential& other) {
      return other.name == credential.name && other.window.contains(until);
    };
    if (std::any_of(text.lines.begin(), text.lines.end(), opens) ||
        std::find(told.begin(), told.end(), credential.name) != told.end())
      continue;
    told.push_back(credential.name);
    console.hint('"' + credential.name + "\" has no password that opens from then on");
  }
}

// Those that are named and open later than that.
std::vector<Credential> to_retire(const CredentialText& text, const Options& options,
                                  std::int64_t until) {
  std::vector<Credential> lines;
  std::copy_if(text.lines.begin(), text.lines.end(), std::back_inserter(lines),
               [&](const Credential& credential) {
                 return options.names(credential) && credential.window.until > until;
               });
  return lines;
}

Exit refuse_edit(const Options& options, const Credential& credential, std::string_view why,
                 Console& console) {
  console.print(describe(options.file, credential) + ": " + std::string(why));
  console.print(options.file + ": nothing was changed");
  return Exit::kNo;
}

Exit edit_file(const Options& options, std::int64_t until, Console& console) {
  auto edit = FileEdit::begin(options.file, size_limit(options.kind()), 0);
  if (edit && edit->is_new()) edit = Error{"cannot be read: No such file or directory"};
  if (!edit) {
    console.error(options.file + ' ' + edit.error());
    return Exit::kEnvironment;
  }
  const CredentialText before = read_credentials(options.kind(), edit->text());
  if (before.error_count != 0) {
    print_errors(options.file, before.errors, before.error_count, console);
    return Exit::kNo;
  }
  if (std::none_of(before.lines.begin(), before.lines.end(),
                   [&](const Credential& line) { return options.names(line); })) {
    console.print(options.file + ": no such line");
    return Exit::kNo;
  }
  std::vector<Credential> lines = to_retire(before, options, until);
  for (Credential& line : lines) {
    if (line.window.from >= until)
      return refuse_edit(options, line, "begins later than it is to end; remove the line", console);
    line.window.until = until;
  }
  const std::string text = edited(edit->text(), lines, until);
  const CredentialText after = read_credentials(options.kind(), text);
  // A line with a third field: behind a second ':' nothing is looked at.
  for (const Diagnostic& error : after.errors)
    for (const Credential& line : lines)
      if (line.line == error.line)
        return refuse_edit(options, line,
                           "cannot be given an end: what follows a second ':' must go first",
                           console);
  if (after.error_count != 0 || !to_retire(after, options, until).empty())
    throw std::logic_error(options.file + " would not be what was asked for; nothing was changed");
  if (const auto written = lines.empty() ? Result<bool>(true) : edit->finish(text); !written) {
    console.error(options.file + ' ' + written.error());
    return Exit::kEnvironment;
  }
  for (const Credential& line : lines) console.print("retired " + describe(options.file, line));
  if (lines.empty()) console.print(options.file + ": nothing was open longer");
  warn_of_closed_users(after, lines, until, console);
  return Exit::kYes;
}

Exit run(const Options& options, Console& console) {
  if (!options.label && !options.user && !options.id)
    return usage(console, kCommand, "--label, --user or --id is required");
  if (options.id && (options.label || options.user))
    return usage(console, kCommand, "--id, of a device secret, does not go with --label or --user");
  // The variable of a script may be empty: that is not "all of them".
  for (const auto* const name : {&options.label, &options.user, &options.id})
    if (*name && (*name)->empty())
      return usage(console, kCommand, "--label, --user or --id says nothing");
  if (!options.until) return edit_file(options, now(), console);
  const auto until = time_of("--until", *options.until, DateMeans::kItsEnd, kCommand, console);
  return until ? edit_file(options, *until, console) : Exit::kUsage;
}

Action define(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("FILE", options->file, "The password file, or with --id that of device secrets.")
      ->required();
  app.add_option("--label", options->label, "The passwords of this label.")->type_name("LABEL");
  app.add_option("--user", options->user, "The passwords of this user.")->type_name("USER");
  app.add_option("--id", options->id, "The device secret of this id.")->type_name("ID");
  app.add_option("--until", options->until,
                 "The last day on which they open, or the time in UTC when they cease to; now, if "
                 "it is not given.")
      ->type_name("TIME");
  return [options](Console& console) { return run(*options, console); };
}

} // namespace

const Command kPasswordRetire = {
    "password",
    "retire",
    "FILE (--label LABEL | --user USER | --id ID) [--until TIME]",
    "Let passwords, or a device secret, open no more.",
    "Sets until= of the lines that are named; with --label and --user, of those that both name. An "
    "end that is earlier already stays. Comments, and every other line, stay byte for byte.\n"
    "TIME is a date or a date and time in UTC: 2026-11-30 or 2026-11-30T18:00:00Z.\n"
    "Exits 1 if no line is named, if a line begins only later, or if the file has an error; then "
    "nothing is changed.",
    "  polyauthctl password retire passwords --label 2026q3\n"
    "  polyauthctl password retire passwords --user phone --until 2026-12-31\n",
    define,
};

} // namespace polyauth::tool
