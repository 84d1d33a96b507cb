// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/wait.h>

namespace polyauth::test {

// A folder of its own for one test, gone with the object.
class TempDir {
public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "polyauth-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder for the test");
    path_ = pattern;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string operator/(std::string_view name) const {
    return path_ + '/' + std::string(name);
  }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
  std::string path_;
};

inline void append(const std::string& path, std::string_view text, int flags = O_APPEND) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
  if (fd < 0 || ::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("cannot write " + path);
  ::close(fd);
}

// In place: the same file, truncated and written.
inline void overwrite(const std::string& path, std::string_view text) {
  append(path, text, O_TRUNC);
}

// By rename: another file of the same name.
inline void replace(const std::string& path, std::string_view text) {
  overwrite(path + ".new", text);
  std::filesystem::rename(path + ".new", path);
}

// The wait status of a process that runs `body` and exits with its value.
template <typename Body> int status_of_process(Body&& body) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no process for the test");
  if (child == 0) {
    int code = 99;
    try {
      code = body();
    } catch (...) {
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

// The exit code of a process that runs `body`; -1 if it did not exit.
template <typename Body> int in_process(Body&& body) {
  const int status = status_of_process(std::forward<Body>(body));
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace polyauth::test
