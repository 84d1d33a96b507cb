// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <sys/types.h>

// Files as an unfriendly world may leave them: FIFOs, folders, files that grow.
namespace polyauth {

// What tells whether a file is still the same: which inode, how long, when
// changed; or why it could not be looked at.
struct FileStamp {
  int error = 0; // errno of the look, 0 if there is a file
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0; // since the epoch
  std::int64_t changed_ns = 0;

  friend bool operator==(const FileStamp&, const FileStamp&) = default;

  // Follows symbolic links: a link that is swapped is another file.
  [[nodiscard]] static FileStamp of(const std::string& path) noexcept;
};

struct FileContents {
  FileStamp stamp; // of exactly these bytes
  std::string bytes;
};

// The whole of a regular file of at most `limit` bytes. Never blocks on a FIFO;
// refuses what is no regular file, and what changes while it is read.
Result<FileContents> read_file(const std::string& path, std::uint64_t limit);

// Replaces `path` by a file of these bytes, or leaves it as it was: written
// beside it, synced and renamed. `owner` is given the file if it is not -1.
Result<bool> replace_file(const std::string& path, std::span<const std::byte> bytes, mode_t mode,
                          uid_t owner = static_cast<uid_t>(-1));

// A regular file mapped read-only for as long as the object lives. Only for
// files that nobody writes in place: a truncated one would kill the reader.
class MappedFile {
public:
  static Result<MappedFile> open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

private:
  explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::span<const std::byte> bytes_;
};

// "Permission denied" for EACCES; thread-safe.
[[nodiscard]] std::string errno_text(int error);

} // namespace polyauth
