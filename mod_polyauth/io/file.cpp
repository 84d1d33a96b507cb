// SPDX-License-Identifier: Apache-2.0
#include "io/file.hpp"

#include "io/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace polyauth {

namespace {

std::int64_t nanoseconds(const timespec& time) noexcept {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileStamp stamp_of(const struct stat& info) noexcept {
  return {0,
          info.st_dev,
          info.st_ino,
          static_cast<std::uint64_t>(info.st_size),
          nanoseconds(info.st_mtim),
          nanoseconds(info.st_ctim)};
}

// Whether the file that an errno is about may be as good as ever.
bool is_passing(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO || error == ESTALE ||
         error == ETIMEDOUT;
}

Error failed(const char* what, bool* shortage = nullptr) {
  const int error = errno;
  if (shortage != nullptr) *shortage = is_passing(error);
  return {std::string(what) + ": " + errno_text(error)};
}

// Bytes read until end of file or `want`; -1 on error.
ssize_t read_all(int fd, char* to, std::size_t want) noexcept {
  std::size_t have = 0;
  while (have < want) {
    const ssize_t got = ::read(fd, to + have, want - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(have);
}

Error too_large(std::uint64_t size, std::uint64_t limit) {
  return {"is larger than the limit: " + std::to_string(size) + " of at most " +
          std::to_string(limit) + " bytes"};
}

// The limit that counts for a file.
std::uint64_t limit_of(int fd, const SizeLimit& limit) {
  std::string start(limit.mark.size(), '\0');
  if (limit.mark.empty() || ::pread(fd, start.data(), start.size(), 0) < 0) return limit.bytes;
  return start == limit.mark ? limit.marked_bytes : limit.bytes;
}

bool write_all(int fd, std::span<const std::byte> bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

} // namespace

std::string errno_text(int error) { return std::generic_category().message(error); }

FileStamp FileStamp::of(const std::string& path) noexcept {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    FileStamp stamp;
    stamp.error = errno;
    return stamp;
  }
  return stamp_of(info);
}

Result<FileContents> read_file(const std::string& path, const SizeLimit& limit, bool* shortage) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return failed("cannot be read", shortage);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return failed("cannot be examined", shortage);
  if (!S_ISREG(info.st_mode)) return Error{"is not a regular file"};
  FileContents contents;
  contents.stamp = stamp_of(info);
  if (const std::uint64_t most = limit_of(file.get(), limit); contents.stamp.size > most)
    return too_large(contents.stamp.size, most);
  // One byte more than there should be shows a file that grows.
  contents.bytes.resize(static_cast<std::size_t>(contents.stamp.size) + 1);
  const ssize_t got = read_all(file.get(), contents.bytes.data(), contents.bytes.size());
  if (got < 0) return failed("cannot be read", shortage);
  if (::fstat(file.get(), &info) != 0) return failed("cannot be examined", shortage);
  if (static_cast<std::uint64_t>(got) != contents.stamp.size || stamp_of(info) != contents.stamp)
    return Error{"changed while it was read"};
  contents.bytes.resize(static_cast<std::size_t>(got));
  return contents;
}

Result<bool> read_pieces(int fd, std::uint64_t limit, const PieceReader& take) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  std::string piece(kPiece, '\0');
  for (std::uint64_t total = 0;;) {
    const ssize_t got = read_all(fd, piece.data(), piece.size());
    if (got < 0) return failed("cannot be read");
    total += static_cast<std::uint64_t>(got);
    if (total > limit) return too_large(total, limit);
    take(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
    if (static_cast<std::size_t>(got) < piece.size()) return true;
  }
}

Result<bool> read_pieces(const std::string& path, std::uint64_t limit, const PieceReader& take) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return failed("cannot be read");
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return failed("cannot be examined");
  if (!S_ISREG(info.st_mode)) return Error{"is not a regular file"};
  const FileStamp before = stamp_of(info);
  if (before.size > limit) return too_large(before.size, limit);
  auto read = read_pieces(file.get(), limit, take);
  if (!read) return read;
  if (::fstat(file.get(), &info) != 0) return failed("cannot be examined");
  if (stamp_of(info) != before) return Error{"changed while it was read"};
  return true;
}

Result<Replacement> Replacement::of(const std::string& path) {
  Replacement replacement{path, {}};
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) {
    if (!S_ISREG(info.st_mode)) return Error{"is not a regular file"};
    replacement.rights = {info.st_mode & 07777, info.st_uid, info.st_gid};
    const std::unique_ptr<char, decltype(&std::free)> target(::realpath(path.c_str(), nullptr),
                                                             &std::free);
    if (!target) return failed("cannot be resolved");
    replacement.path = target.get();
  } else if (errno != ENOENT) {
    return failed("cannot be examined");
  } else if (::lstat(path.c_str(), &info) == 0) {
    return Error{"is a link to nothing"};
  }
  return replacement;
}

Result<bool> replace_file(const std::string& path, std::span<const std::byte> bytes,
                          const FileRights& rights) {
  std::string beside = path + ".XXXXXX";
  Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));
  if (file.get() < 0) return failed("cannot be written beside it");
  const auto give_up = [&](const char* what) {
    const Error error = failed(what);
    ::unlink(beside.c_str());
    return error;
  };
  if (!write_all(file.get(), bytes)) return give_up("cannot be written");
  // The owner first: whom the mode lets in must be right at every moment.
  if ((rights.owner != static_cast<uid_t>(-1) || rights.group != static_cast<gid_t>(-1)) &&
      ::fchown(file.get(), rights.owner, rights.group) != 0)
    return give_up("its owner cannot be set");
  if (::fchmod(file.get(), rights.mode) != 0) return give_up("its mode cannot be set");
  if (::fsync(file.get()) != 0) return give_up("cannot be synced");
  if (!file.close()) return give_up("cannot be closed");
  if (::rename(beside.c_str(), path.c_str()) != 0) return give_up("cannot be renamed");
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Descriptor parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.get() >= 0) ::fsync(parent.get());
  return true;
}

Result<MappedFile> MappedFile::open(const std::string& path, bool* shortage) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  if (file.get() < 0) return failed("cannot be opened", shortage);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return failed("cannot be examined", shortage);
  if (!S_ISREG(info.st_mode) || info.st_size == 0) return Error{"is empty or no regular file"};
  const auto size = static_cast<std::size_t>(info.st_size);
  void* const at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
  if (at == MAP_FAILED) return failed("cannot be mapped", shortage);
  return MappedFile({static_cast<const std::byte*>(at), size});
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

} // namespace polyauth
