// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

// What the tool says, and how it ends. Knows nothing of commands.
namespace polyauth::tool {

// The exit codes of every command.
enum class Exit : int {
  kYes = 0,         // valid, admitted, granted, done
  kNo = 1,          // the answer is no
  kUsage = 2,       // the command line cannot be understood
  kEnvironment = 3, // a file is missing or cannot be used, an answer cannot be written
};

// Answers go to standard output, errors and hints to standard error. Every line
// is escaped, so that no file or argument can write to the terminal by itself.
class Console {
public:
  // Sees to it that no file which is opened later becomes a standard stream,
  // and that a closed pipe is an error and no signal.
  Console();

  // One line of an answer; a line feed in it is escaped like any control byte.
  void print(std::string_view line);
  // Text of the tool's own, which ends its lines by line feeds.
  void print_text(std::string_view text);

  void error(std::string_view text);
  void hint(std::string_view text);

  // Writes what is left to write. The code is kept if all answers were written.
  [[nodiscard]] Exit finish(Exit exit);

private:
  void flush();

  std::string pending_;
  int failure_ = 0; // errno of the first write that failed
};

// The text with control bytes, invisible line breaks, bidirectional controls and
// whatever is no UTF-8 as \xNN. Other text stays as it is.
[[nodiscard]] std::string printable(std::string_view text);

// The lines that tell of the errors of a file, the first of `count`, and their number.
void print_errors(const std::string& file, std::span<const Diagnostic> errors, std::size_t count,
                  Console& console);

// The line that ends a list of which only a part is shown.
void print_rest(std::size_t count, std::size_t shown, std::string_view what, Console& console);

// The number and the word, in the singular for one.
[[nodiscard]] std::string counted(unsigned long long count, std::string_view singular,
                                  std::string_view plural);

} // namespace polyauth::tool
