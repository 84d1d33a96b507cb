// SPDX-License-Identifier: Apache-2.0
#include "io/file_edit.hpp"

#include <fcntl.h>

#include <cerrno>
#include <sys/file.h>
#include <thread>
#include <utility>

namespace polyauth {

namespace {

// The lock is that of the folder: the file itself is another one after each edit,
// and may not be there yet.
Result<Descriptor> lock_folder_of(const std::string& path, std::chrono::seconds patience) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  Descriptor lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock.get() < 0) return Error{"cannot be edited, as to its folder: " + errno_text(errno)};
  // Whoever may read the folder may lock it, and need never let go.
  const auto end = std::chrono::steady_clock::now() + patience;
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      return Error{"cannot be locked: " + errno_text(errno)};
    if (std::chrono::steady_clock::now() >= end)
      return Error{"is not edited: another program keeps its folder locked; try again"};
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return lock;
}

} // namespace

Result<FileEdit> FileEdit::begin(const std::string& path, std::uint64_t limit, mode_t mode,
                                 std::chrono::seconds patience) {
  FileEdit edit;
  auto target = Replacement::of(path);
  if (!target) return Error{target.error()};
  auto lock = lock_folder_of(target->path, patience);
  if (!lock) return Error{lock.error()};
  edit.folder_ = std::move(*lock);
  // Whoever had the lock before may have made the file.
  target = Replacement::of(path);
  if (!target) return Error{target.error()};
  edit.target_ = std::move(*target);
  edit.seen_ = FileStamp::of(edit.target_.path);
  if (edit.seen_.error == ENOENT) {
    edit.target_.rights.mode = mode;
    return edit;
  }
  auto contents = read_file(edit.target_.path, limit);
  if (!contents) return Error{contents.error()};
  edit.seen_ = contents->stamp;
  edit.text_ = std::move(contents->bytes);
  return edit;
}

Result<bool> FileEdit::finish(std::string_view text) {
  if (FileStamp::of(target_.path) != seen_)
    return Error{"was changed by another program meanwhile and is left as it is; try again"};
  return replace_file(target_.path, std::as_bytes(std::span(text)), target_.rights);
}

} // namespace polyauth
