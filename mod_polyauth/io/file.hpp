// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
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

// The longest file that is read: of `bytes`, or of `marked_bytes` if it begins
// with a mark of its own.
struct SizeLimit {
  std::uint64_t bytes;
  std::string_view mark = {};
  std::uint64_t marked_bytes = 0;
  // NOLINTNEXTLINE(google-explicit-constructor): most limits are a number.
  constexpr SizeLimit(std::uint64_t limit) noexcept : bytes(limit) {}
  constexpr SizeLimit(std::uint64_t limit, std::string_view begins, std::uint64_t marked) noexcept
      : bytes(limit), mark(begins), marked_bytes(marked) {}
};

// The whole of a regular file no longer than the limit. Never blocks on a FIFO;
// refuses what is no regular file, and what changes while it is read. `shortage`: whether
// it may succeed with the very same file: what was wanting are descriptors or memory, or the
// storage failed.
Result<FileContents> read_file(const std::string& path, const SizeLimit& limit,
                               bool* shortage = nullptr);

// What takes a file or stream in pieces, which are gone when it returns.
using PieceReader = std::function<void(std::string_view piece)>;

// Reads like read_file(), but never more than a piece at a time: what it has
// taken counts only if this says yes.
Result<bool> read_pieces(const std::string& path, std::uint64_t limit, const PieceReader& take);
// Reads an open stream of any kind to its end.
Result<bool> read_pieces(int fd, std::uint64_t limit, const PieceReader& take);

// Whose a new file is and who may do what; -1: whoever writes it.
struct FileRights {
  mode_t mode = 0644;
  uid_t owner = static_cast<uid_t>(-1);
  gid_t group = static_cast<gid_t>(-1);
};

// Replaces `path` by a file of these bytes, or leaves it as it was: written
// beside it, synced and renamed.
Result<bool> replace_file(const std::string& path, std::span<const std::byte> bytes,
                          const FileRights& rights);
inline Result<bool> replace_file(const std::string& path, std::span<const std::byte> bytes,
                                 mode_t mode, uid_t owner = static_cast<uid_t>(-1)) {
  return replace_file(path, bytes, FileRights{mode, owner});
}

// How to replace the file at a path that an administrator wrote: a link stays a
// link, and what is there keeps its mode and owner. Refuses what is no file.
struct Replacement {
  std::string path;
  FileRights rights;
  static Result<Replacement> of(const std::string& path);
};

// A regular file mapped read-only for as long as the object lives. Only for
// files that nobody writes in place: a truncated one would kill the reader.
class MappedFile {
public:
  // `shortage`: as read_file() has it.
  static Result<MappedFile> open(const std::string& path, bool* shortage = nullptr);
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
