// SPDX-License-Identifier: Apache-2.0
#include "core/password_text.hpp"
#include "credentials/password_file.hpp"
#include "io/file.hpp"
#include "tool/command.hpp"
#include "tool/credential_list.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <set>

namespace polyauth::tool {

namespace {

constexpr std::size_t kMaxNamed = 20;

// Remarks of one kind: all are counted, the first ones are told.
class Remarks {
public:
  void add(std::string text) {
    ++count_;
    if (told_.size() < kMaxNamed) told_.push_back(std::move(text));
  }
  void print(const std::string& name, Console& console) const {
    console.print(name + ": " + std::to_string(count_));
    for (const std::string& text : told_) console.print("  " + text);
    print_rest(count_, told_.size(), name, console);
  }

private:
  std::size_t count_ = 0;
  std::vector<std::string> told_;
};

std::string end_of(const Window& one, const Window& other) {
  const std::int64_t end = std::min(one.until, other.until);
  return end == Window::kNever ? "without end" : "until " + utc_text(end);
}

class Lint {
public:
  Lint(std::string file, std::int64_t at) : file_(std::move(file)), at_(at) {}

  void read(const PasswordLine& line) {
    const Window& window = line.options.window;
    if (window.is_over(at_)) ++over_;
    if (window.from > at_) ++not_yet_;
    std::vector<const PasswordLine*>& others = of_user_[line.user];
    if (!others.empty()) compare(line, others);
    others.push_back(&line);
  }

  void print(std::size_t lines, Console& console) const {
    console.print("users: " + std::to_string(of_user_.size()));
    console.print("passwords: " + std::to_string(lines));
    console.print("over: " + std::to_string(over_));
    console.print("not yet: " + std::to_string(not_yet_));
    duplicates_.print("duplicates", console);
    overlaps_.print("overlaps", console);
    Remarks closed;
    for (const auto& [user, others] : of_user_)
      if (std::all_of(others.begin(), others.end(), [this](const PasswordLine* line) {
            return line->options.window.is_over(at_);
          }))
        closed.add(std::string(user) + " has no password that is not over");
    closed.print("closed users", console);
  }

private:
  // With the last line before that it has something in common with.
  void compare(const PasswordLine& line, const std::vector<const PasswordLine*>& others) {
    const auto same = std::find_if(others.rbegin(), others.rend(), [&](const PasswordLine* other) {
      return other->hash == line.hash;
    });
    if (same != others.rend())
      return duplicates_.add(place(line) + " has the hash of line " +
                             std::to_string((*same)->line));
    const Window& window = line.options.window;
    const auto beside =
        std::find_if(others.rbegin(), others.rend(), [&](const PasswordLine* other) {
          return other->options.window.overlaps(window) && !other->options.window.is_over(at_);
        });
    if (beside == others.rend() || window.is_over(at_)) return;
    const PasswordLine& other = **beside;
    overlaps_.add(
        place(line) + " opens beside line " + std::to_string(other.line) + ' ' +
        end_of(window, other.options.window) +
        (line.options.label == other.options.label
             ? (line.options.label.empty() ? ", both without label" : ", of the same label")
             : ""));
  }

  [[nodiscard]] std::string place(const PasswordLine& line) const {
    return file_ + ':' + std::to_string(line.line) + ": " + std::string(line.user);
  }

  std::string file_;
  std::int64_t at_;
  std::size_t over_ = 0;
  std::size_t not_yet_ = 0;
  std::map<std::string_view, std::vector<const PasswordLine*>> of_user_;
  Remarks duplicates_;
  Remarks overlaps_;
};

Exit run(const std::string& file, Console& console) {
  const auto contents = read_file(file, kMaxPasswordBytes);
  if (!contents) {
    console.error(file + ' ' + contents.error());
    return Exit::kEnvironment;
  }
  const PasswordText text = parse_passwords(contents->bytes);
  if (text.error_count != 0) {
    print_errors(file, text.errors, text.error_count, console);
    return Exit::kNo;
  }
  console.print(file + ": valid");
  Lint lint(file, now());
  for (const PasswordLine& line : text.lines) lint.read(line);
  lint.print(text.lines.size(), console);
  return Exit::kYes;
}

Action define(CLI::App& app) {
  const auto file = std::make_shared<std::string>();
  app.add_option("FILE", *file, "The file, as PolyAuthPasswordFile names it.")->required();
  return [file](Console& console) { return run(*file, console); };
}

} // namespace

const Command kCheckPasswords = {
    "check",
    "passwords",
    "FILE",
    "Is a password file valid, and what is odd in it?",
    "Reads a password file as the server would. Prints every error as FILE:LINE:COLUMN with what "
    "is accepted there (the first 20, then how many more there are) and exits 1.\n"
    "Of a valid file it prints how many users and passwords it holds, how many passwords are over "
    "or not yet in their window, which stand there twice, which of a user open at the same time "
    "(as they should while phones move over, and no longer), and which users have none that is not "
    "over. These do no harm; the exit status is 0.\n"
    "One password a line: user:hash, as htpasswd writes it, then label=, from= and until= if they "
    "are wanted. A line that begins with # is a comment.",
    "  polyauthctl check passwords /etc/polyauth/passwords\n"
    "  polyauthctl check passwords new && mv new /etc/polyauth/passwords\n",
    define,
};

} // namespace polyauth::tool
