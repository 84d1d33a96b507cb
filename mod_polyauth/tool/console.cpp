// SPDX-License-Identifier: Apache-2.0
#include "tool/console.hpp"

#include "core/ascii.hpp"
#include "core/clean_text.hpp"
#include "io/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace polyauth::tool {

namespace {

constexpr std::size_t kFlushAt = 1U << 16;

// errno of the write that failed, or 0.
int write_all(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return 0;
}

// The length of the character at the start of a UTF-8 text if a terminal or an
// editor acts on it instead of showing it; else 0.
std::size_t invisible_length(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 14> kInvisible = {
      "\u061c", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202b",
      "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"};
  if (text.starts_with('\xc2') && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xa0)
    return 2; // C1 controls
  for (const std::string_view character : kInvisible)
    if (text.starts_with(character)) return character.size();
  return 0;
}

void escape(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : bytes) {
    out += "\\x";
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 0xf];
  }
}

} // namespace

Console::Console() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // Not for writing: an answer that goes nowhere must be an error.
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF) (void)::open("/dev/null", O_RDONLY);
  }
  (void)std::signal(SIGPIPE, SIG_IGN);
}

void Console::print(std::string_view line) {
  pending_ += printable(line);
  pending_ += '\n';
  if (pending_.size() >= kFlushAt) flush();
}

void Console::print_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    print(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

void Console::error(std::string_view text) {
  flush();
  (void)write_all(STDERR_FILENO, "polyauthctl: error: " + printable(text) + '\n');
}

void Console::hint(std::string_view text) {
  flush();
  (void)write_all(STDERR_FILENO, "polyauthctl: hint: " + printable(text) + '\n');
}

Exit Console::finish(Exit exit) {
  flush();
  if (failure_ == 0) return exit;
  error("standard output cannot be written: " + errno_text(failure_));
  return Exit::kEnvironment;
}

void Console::flush() {
  if (failure_ == 0) failure_ = write_all(STDOUT_FILENO, pending_);
  pending_.clear();
}

std::string printable(std::string_view text) {
  const bool utf8 = is_utf8(text);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const bool ascii = static_cast<unsigned char>(text.front()) < 0x80;
    std::size_t hidden = utf8 && !ascii ? invisible_length(text) : 0;
    if (ascii::is_control(text.front()) || (!ascii && !utf8)) hidden = 1;
    if (hidden != 0)
      escape(out, text.substr(0, hidden));
    else
      out += text.front();
    text.remove_prefix(hidden != 0 ? hidden : 1);
  }
  return out;
}

void print_errors(const std::string& file, std::span<const Diagnostic> errors, std::size_t count,
                  Console& console) {
  for (const Diagnostic& error : errors)
    console.print(file + ':' + std::to_string(error.line) + ':' + std::to_string(error.column) +
                  ": " + error.text);
  print_rest(count, errors.size(), "errors", console);
  console.print(file + ": invalid: " + counted(count, "error", "errors"));
}

void print_rest(std::size_t count, std::size_t shown, std::string_view what, Console& console) {
  if (count > shown)
    console.print("  and " + std::to_string(count - shown) + " more " + std::string(what));
}

std::string counted(unsigned long long count, std::string_view singular, std::string_view plural) {
  return std::to_string(count) + ' ' + std::string(count == 1 ? singular : plural);
}

} // namespace polyauth::tool
