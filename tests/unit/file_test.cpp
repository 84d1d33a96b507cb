// SPDX-License-Identifier: Apache-2.0
#include "io/file.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <thread>

using namespace polyauth;
using test::TempDir;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kLimit = 1 << 20;

std::string refusal(const std::string& path, std::uint64_t limit = kLimit) {
  const auto contents = read_file(path, limit);
  return contents ? "" : contents.error();
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::size_t entries_in(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

} // namespace

TEST_CASE("a regular file is read whole, with the stamp of its bytes", "[file]") {
  const TempDir folder;
  const std::string path = folder / "list";
  const std::string text = GENERATE(as<std::string>{}, "", "one\n", std::string("a\0b", 3));
  test::overwrite(path, text);
  const auto contents = read_file(path, kLimit);
  REQUIRE(contents);
  CHECK(contents->bytes == text);
  CHECK(contents->stamp == FileStamp::of(path));
  CHECK(contents->stamp.size == text.size());
}

TEST_CASE("what is no readable regular file is refused and never waited for", "[file]") {
  const TempDir folder;
  const std::string path = folder / "list";
  SECTION("missing") { CHECK(refusal(path) == "cannot be read: No such file or directory"); }
  SECTION("a folder") {
    fs::create_directory(path);
    CHECK(refusal(path) == "is not a regular file");
  }
  SECTION("a FIFO that nobody writes to") {
    REQUIRE(::mkfifo(path.c_str(), 0644) == 0);
    CHECK(refusal(path) == "is not a regular file");
  }
  SECTION("a device that never ends") { CHECK(refusal("/dev/zero") == "is not a regular file"); }
  SECTION("a link to nothing") {
    fs::create_symlink("nowhere", path);
    CHECK(refusal(path) == "cannot be read: No such file or directory");
  }
  SECTION("a link to itself") {
    fs::create_symlink("list", path);
    CHECK(refusal(path) == "cannot be read: Too many levels of symbolic links");
  }
  SECTION("a file below a file") {
    test::overwrite(path, "x");
    CHECK(refusal(path + "/list") == "cannot be read: Not a directory");
  }
  SECTION("a file of somebody else") {
    test::overwrite(path, "x");
    fs::permissions(path, fs::perms::none);
    // Root may read everything, so another user asks.
    CHECK(test::in_process([&] {
            if (::geteuid() == 0 &&
                (::chmod(folder.path().c_str(), 0755) != 0 || ::setuid(65534) != 0))
              return 2;
            return refusal(path) == "cannot be read: Permission denied" ? 0 : 1;
          }) == 0);
  }
}

TEST_CASE("a file is refused from one byte above the limit on", "[file]") {
  const TempDir folder;
  const std::string path = folder / "list";
  test::overwrite(path, "12345678");
  CHECK(refusal(path, 8).empty());
  CHECK(refusal(path, 7) == "is larger than the limit: 8 of at most 7 bytes");
  // A sparse file of any size costs nothing to refuse.
  fs::resize_file(path, std::uint64_t{1} << 40);
  CHECK_THAT(refusal(path), Catch::Contains("is larger than the limit: 1099511627776 of"));
}

TEST_CASE("a file that holds more than it says is refused as changing", "[file]") {
  // The kernel's own: a regular file of no bytes that gives some.
  CHECK(refusal("/proc/self/status") == "changed while it was read");
}

TEST_CASE("a file that changes while it is read is refused, never half read", "[file]") {
  constexpr std::size_t kSize = 4 << 20;
  const TempDir folder;
  const std::string path = folder / "list";
  test::overwrite(path, std::string(kSize, 'a'));
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    for (char letter = 'a'; !stop; letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1)) {
      const std::string text(kSize, letter);
      if (::pwrite(fd, text.data(), text.size(), 0) < 0) break;
    }
    ::close(fd);
  });
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::string seen;
  while (seen.empty() && std::chrono::steady_clock::now() < deadline) seen = refusal(path, kSize);
  stop = true;
  writer.join();
  CHECK(seen == "changed while it was read");
  CHECK(refusal(path, kSize).empty());
}

TEST_CASE("a stamp changes with the file and stays with it", "[file]") {
  const TempDir folder;
  const std::string path = folder / "list";
  CHECK(FileStamp::of(path).error == ENOENT);
  test::overwrite(path, "one");
  const FileStamp first = FileStamp::of(path);
  CHECK(first.error == 0);
  CHECK(first == FileStamp::of(path));
  SECTION("longer") {
    test::append(path, "x");
    CHECK(FileStamp::of(path) != first);
  }
  SECTION("another file of the same bytes") {
    test::replace(path, "one");
    CHECK(FileStamp::of(path) != first);
  }
  SECTION("gone") {
    fs::remove(path);
    CHECK(FileStamp::of(path).error == ENOENT);
  }
  SECTION("a link has the stamp of what it points to, and another when swapped") {
    test::overwrite(folder / "other", "one");
    fs::create_symlink("list", folder / "link");
    CHECK(FileStamp::of(folder / "link") == first);
    fs::create_symlink("other", folder / "link.new");
    fs::rename(folder / "link.new", folder / "link");
    CHECK(FileStamp::of(folder / "link") == FileStamp::of(folder / "other"));
  }
}

TEST_CASE("a file is replaced as a whole and leaves nothing beside it", "[file]") {
  const TempDir folder;
  const std::string path = folder / "image";
  const uid_t owner = ::geteuid() == 0 ? 65534 : ::geteuid();
  REQUIRE(replace_file(path, bytes_of("first"), 0600));
  const FileStamp first = FileStamp::of(path);
  REQUIRE(replace_file(path, bytes_of("second"), 0640, owner));
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  CHECK(info.st_uid == owner);
  CHECK((info.st_mode & 0777) == 0640);
  CHECK(FileStamp::of(path).inode != first.inode);
  CHECK(read_file(path, kLimit)->bytes == "second");
  CHECK(entries_in(folder.path()) == 1);
}

TEST_CASE("a file that cannot be replaced stays, and nothing is left beside it", "[file]") {
  const TempDir folder;
  const std::string path = folder / "image";
  SECTION("no such folder") {
    const auto replaced = replace_file(folder / "none/image", bytes_of("x"), 0600);
    REQUIRE_FALSE(replaced);
    CHECK(replaced.error() == "cannot be written beside it: No such file or directory");
    CHECK(entries_in(folder.path()) == 0);
  }
  SECTION("a folder in its place") {
    fs::create_directory(path);
    const auto replaced = replace_file(path, bytes_of("x"), 0600);
    REQUIRE_FALSE(replaced);
    CHECK(replaced.error() == "cannot be renamed: Is a directory");
    CHECK(entries_in(folder.path()) == 1);
  }
}

TEST_CASE("a mapped file keeps its bytes when its name goes or gets another file", "[file]") {
  const TempDir folder;
  const std::string path = folder / "image";
  test::overwrite(path, "image 1");
  auto mapped = MappedFile::open(path);
  REQUIRE(mapped);
  REQUIRE(replace_file(path, bytes_of("image 2"), 0600));
  CHECK(text_of(mapped->bytes()) == "image 1");
  fs::remove(path);
  CHECK(text_of(mapped->bytes()) == "image 1");
  MappedFile moved(std::move(*mapped));
  CHECK(text_of(moved.bytes()) == "image 1");
  CHECK(mapped->bytes().empty());
  *mapped = std::move(moved);
  CHECK(text_of(mapped->bytes()) == "image 1");
}

TEST_CASE("only a regular file with bytes is mapped, and through no link", "[file]") {
  const TempDir folder;
  const std::string path = folder / "image";
  CHECK_FALSE(MappedFile::open(path));
  test::overwrite(path, "");
  CHECK_FALSE(MappedFile::open(path));
  test::overwrite(path, "x");
  fs::create_symlink("image", folder / "link");
  CHECK_FALSE(MappedFile::open(folder / "link"));
  CHECK_FALSE(MappedFile::open(folder.path()));
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0644) == 0);
  CHECK_FALSE(MappedFile::open(folder / "fifo"));
}

TEST_CASE("an errno is told in words", "[file]") {
  CHECK(errno_text(EACCES) == "Permission denied");
  CHECK(errno_text(ENOENT) == "No such file or directory");
}
