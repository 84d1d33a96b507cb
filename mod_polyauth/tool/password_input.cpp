// SPDX-License-Identifier: Apache-2.0
#include "tool/password_input.hpp"

#include "core/ascii.hpp"
#include "credentials/bcrypt.hpp"
#include "io/file.hpp"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

namespace polyauth::tool {

namespace {

constexpr std::uint64_t kMaxInput = 8192;

extern "C" void ignore_signal(int) {}

// Switches the echo of the terminal off. A signal that would end the program ends
// the reading instead, so that the terminal is never left without echo. Between the
// readings signals wait, so that none is lost.
class SilentTerminal {
public:
  SilentTerminal() noexcept {
    sigset_t interrupting;
    ::sigemptyset(&interrupting);
    for (const int signal : kSignals) ::sigaddset(&interrupting, signal);
    ::sigprocmask(SIG_BLOCK, &interrupting, &mask_before_);
    struct sigaction ignored {};
    ignored.sa_handler = ignore_signal;
    for (std::size_t i = 0; i < kSignals.size(); ++i)
      ::sigaction(kSignals[i], &ignored, &before_[i]);
    silent_ = ::tcgetattr(STDIN_FILENO, &saved_) == 0;
    termios silent = saved_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent_ = silent_ && ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  ~SilentTerminal() {
    if (silent_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved_);
    for (std::size_t i = 0; i < kSignals.size(); ++i)
      ::sigaction(kSignals[i], &before_[i], nullptr);
    ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
  }
  [[nodiscard]] bool is_silent() const noexcept { return silent_; }

  // Returns when there is something to read; or false, with errno (EINTR for a signal).
  [[nodiscard]] bool wait() const noexcept {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    return ::ppoll(&input, 1, nullptr, &mask_before_) > 0;
  }

private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
  std::array<struct sigaction, kSignals.size()> before_{};
  sigset_t mask_before_{};
  termios saved_{};
  bool silent_ = false;
};

void say(std::string_view text) noexcept {
  [[maybe_unused]] const ssize_t put = ::write(STDERR_FILENO, text.data(), text.size());
}

Result<std::string> ask(const SilentTerminal& terminal, std::string_view prompt) {
  say(prompt);
  std::array<char, kMaxInput> line{};
  const ssize_t got =
      terminal.wait() ? ::read(STDIN_FILENO, line.data(), line.size()) : ssize_t{-1};
  const int error = errno;
  say("\n"); // the one that was typed is not seen
  if (got < 0 && error == EINTR) return Error{"interrupted; nothing was changed"};
  if (got < 0) return Error{"the terminal cannot be read: " + errno_text(error)};
  std::string text(line.data(), static_cast<std::size_t>(got));
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

Result<std::string> ask_twice() {
  const SilentTerminal terminal;
  if (!terminal.is_silent()) return Error{"the echo of the terminal cannot be switched off"};
  auto password = ask(terminal, "New password: ");
  if (!password) return password;
  const auto again = ask(terminal, "The same again: ");
  if (!again) return again;
  if (*password != *again) return Error{"the two passwords are not the same"};
  return password;
}

Result<std::string> read_all() {
  std::string text;
  const auto read =
      read_pieces(STDIN_FILENO, kMaxInput, [&](std::string_view piece) { text += piece; });
  if (!read) return Error{"standard input " + read.error()};
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

} // namespace

Result<std::string> read_password() {
  auto password = ::isatty(STDIN_FILENO) == 1 ? ask_twice() : read_all();
  if (!password) return password;
  if (password->empty()) return Error{"the password is empty"};
  if (std::any_of(password->begin(), password->end(), ascii::is_control))
    return Error{"the password holds a control character, which nobody can type"};
  if (password->size() > kMaxBcryptBytes)
    return Error{"the password has " + std::to_string(password->size()) +
                 " bytes; bcrypt looks at 72 and no further"};
  return password;
}

} // namespace polyauth::tool
