// SPDX-License-Identifier: Apache-2.0
// A password file is good or every error has its place and holds no part of a
// hash; a good one can be written down again and is the same, and its image finds
// every line and no other.
#include "core/password_text.hpp"
#include "credentials/password_image.hpp"
#include "fuzz/property.hpp"

#include <algorithm>
#include <string>

using namespace polyauth;
using fuzz::require;

namespace {

std::string written(const PasswordLine& line) {
  std::string text = std::string(line.user) + ':' + std::string(line.hash);
  if (!line.options.label.empty()) text += " label=" + std::string(line.options.label);
  if (line.options.window.from != Window::kAlways)
    text += " from=" + utc_text(line.options.window.from);
  // The end of the year 9999 can be written as a date alone.
  if (line.options.window.until != Window::kNever)
    text += " until=" + (line.options.window.until == 253402300800
                             ? std::string("9999-12-31")
                             : utc_text(line.options.window.until));
  return text + '\n';
}

bool is_same(const PasswordLine& one, const PasswordLine& other) {
  return one.user == other.user && one.hash == other.hash &&
         one.options.label == other.options.label && one.options.window == other.options.window;
}

void check_errors(const PasswordText& parsed, std::string_view text) {
  require(parsed.errors.size() == std::min(parsed.error_count, PasswordText::kMaxReported),
          "every error is counted and twenty are kept");
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  std::size_t last = 0;
  for (const Diagnostic& error : parsed.errors) {
    require(error.line > last && error.line <= lines, "an error has its line");
    require(error.column >= 1 && error.column <= text.size() + 1, "an error has its column");
    require(!error.text.empty() && std::all_of(error.text.begin(), error.text.end(),
                                               [](char c) { return c >= 0x20 && c < 0x7f; }),
            "an error can be printed");
    last = error.line;
  }
}

void check_line(const PasswordLine& line) {
  require(!line.user.empty() && line.user.size() <= kMaxUserBytes &&
              line.user.find(':') == std::string_view::npos && line.user.front() != '#',
          "a user is what can be asked for");
  require(parse_hash(line.hash).has_value(), "a hash is one");
  require(line.options.label.empty() || is_label(line.options.label), "a label is one");
  require(line.options.window.from < line.options.window.until, "a window opens");
}

void check_image(const std::vector<PasswordLine>& lines) {
  const auto image = build_password_image(lines, 0);
  const auto view = PasswordView::open(image);
  require(static_cast<bool>(view), "what we build we can open");
  require(view->lines() == lines.size(), "every line is in the image");
  for (const PasswordLine& line : lines) {
    const auto range = view->find(line.user);
    std::size_t found = 0;
    for (auto index = range.first; index != range.last; ++index) {
      const PasswordView::Line in_image = view->line(index);
      if (in_image.hash == line.hash && in_image.label == line.options.label &&
          in_image.window == line.options.window)
        ++found;
    }
    require(found >= 1, "every line is found by its user");
    const std::string other = std::string(line.user) + '\x01';
    require(view->find(other).first == view->find(other).last, "nobody else is found");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const PasswordText parsed = parse_passwords(text);
  check_errors(parsed, text);
  for (const PasswordLine& line : parsed.lines) check_line(line);
  if (parsed.error_count != 0) return 0;
  require(!parsed.lines.empty(), "a good file has a line");

  std::string printed;
  for (const PasswordLine& line : parsed.lines) printed += written(line);
  const PasswordText again = parse_passwords(printed);
  require(again.error_count == 0 && std::equal(again.lines.begin(), again.lines.end(),
                                               parsed.lines.begin(), parsed.lines.end(), is_same),
          "writing and reading is identity");
  check_image(parsed.lines);
  return 0;
}
