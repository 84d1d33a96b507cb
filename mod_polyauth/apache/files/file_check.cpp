// SPDX-License-Identifier: Apache-2.0
#include "apache/files/file_check.hpp"

#include "apache/files/file_report.hpp"
#include "io/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <map>
#include <sys/wait.h>

namespace polyauth::apache {

namespace {

// The images of the files that could be read, for those that are judged by them.
using Images = std::map<const FollowedFile*, std::vector<std::byte>>;

// Reads a file as the server would. True if it is good.
bool check_file(const FollowedFile& file, server_rec* s, Images& images) {
  auto contents = read_file(file.path, file.format->size_limit);
  if (!contents) {
    report_unusable(s, APLOG_EMERG, file, contents.error() + "; a readable file is needed");
    return false;
  }
  bool good = true;
  if (const int error = open_as_server_user(file.path, O_RDONLY); error != 0) {
    report_unusable(s, APLOG_EMERG, file,
                    "cannot be read by the server's user \"" +
                        std::string(ap_unixd_config.user_name) + "\": " + errno_text(error) +
                        "; changes could not be followed");
    good = false;
  }
  CompileContext context;
  context.now = apr_time_sec(apr_time_now());
  for (const FollowedFile* const companion : file.companions) {
    const auto image = images.find(companion);
    // Its own errors have been told.
    if (image == images.end()) return false;
    context.companions.push_back(image->second);
  }
  Compilation compilation = file.format->compile(contents->bytes, context);
  report_errors(s, APLOG_EMERG, file, compilation.errors, compilation.error_count);
  if (compilation.error_count != 0) return false;
  // A start says so once the file is in force.
  if (ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_CONFIG_TEST)
    report_warnings(s, file, compilation.warnings);
  images[&file] = std::move(compilation.image);
  return good;
}

// What the body answers, an errno, as the user that the children run as.
template <typename Body> int as_server_user(Body&& body) {
  if (geteuid() != 0) return body();
  const pid_t child = ::fork();
  if (child < 0) return errno;
  if (child == 0) {
    int error = 0;
    if (::initgroups(ap_unixd_config.user_name, ap_unixd_config.group_id) != 0 ||
        ::setgid(ap_unixd_config.group_id) != 0 || ::setuid(ap_unixd_config.user_id) != 0)
      error = errno;
    else
      error = body();
    ::_exit(error < 256 ? error : EIO);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return errno;
  return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

} // namespace

int open_as_server_user(const char* path, int flags) {
  return as_server_user([=] {
    const int fd = ::open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    return fd < 0 ? errno : (::close(fd), 0);
  });
}

int write_as_server_user(const char* folder) {
  return as_server_user([=] { return ::access(folder, W_OK | X_OK) == 0 ? 0 : errno; });
}

Result<bool> run_as_server_user(Result<bool> (*body)(const char* path), const char* path) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Error{errno_text(errno)};
  const Descriptor from(ends[0]);
  Descriptor to(ends[1]);
  const int error = as_server_user([&]() noexcept {
    try {
      const auto done = body(path);
      if (done) return 0;
      // Is read when the process has ended: no more than a pipe takes without a reader.
      const std::size_t size = std::min<std::size_t>(done.error().size(), PIPE_BUF);
      return ::write(to.get(), done.error().data(), size) < 0 ? errno : ECANCELED;
    } catch (...) {
      return ENOMEM; // nothing may go on in that process
    }
  });
  if (error == 0) return true;
  to.close();
  std::string text(PIPE_BUF, '\0');
  const ssize_t size = ::read(from.get(), text.data(), text.size());
  if (size <= 0) return Error{errno_text(error)};
  text.resize(static_cast<std::size_t>(size));
  return Error{text};
}

bool check_files(const Globals& globals, server_rec* s) {
  bool good = true;
  Images images;
  const auto check = [&](const auto& sources) {
    for (const auto* const source : sources) good = check_file(*source, s, images) && good;
  };
  check(globals.trusts);
  check(globals.revocations);
  check(globals.acls);
  check(globals.passwords);
  return good;
}

} // namespace polyauth::apache
