// SPDX-License-Identifier: Apache-2.0
#include "io/file_edit.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include <sys/file.h>

using namespace polyauth;
using test::TempDir;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
}

std::string text_of(const std::string& path) { return read_file(path, 1000)->bytes; }

bool is_locked(const std::string& folder) {
  const Descriptor other(::open(folder.c_str(), O_RDONLY | O_DIRECTORY));
  return ::flock(other.get(), LOCK_EX | LOCK_NB) != 0;
}

} // namespace

TEST_CASE("an edit replaces the text and keeps the mode", "[edit]") {
  const TempDir dir;
  test::overwrite(dir / "file", "old");
  ::chmod((dir / "file").c_str(), 0604);
  auto edit = FileEdit::begin(dir / "file", 1000, 0640);
  REQUIRE(edit);
  CHECK(edit->text() == "old");
  CHECK_FALSE(edit->is_new());
  REQUIRE(edit->finish("new"));
  CHECK(text_of(dir / "file") == "new");
  CHECK(mode_of(dir / "file") == 0604);
}

TEST_CASE("a file that is not there is made with the mode that is asked for", "[edit]") {
  const TempDir dir;
  auto edit = FileEdit::begin(dir / "file", 1000, 0640);
  REQUIRE(edit);
  CHECK(edit->is_new());
  CHECK(edit->text().empty());
  REQUIRE(edit->finish("new"));
  CHECK(text_of(dir / "file") == "new");
  CHECK(mode_of(dir / "file") == 0640);
}

TEST_CASE("an edit that is given up changes nothing", "[edit]") {
  const TempDir dir;
  test::overwrite(dir / "file", "old");
  { CHECK(FileEdit::begin(dir / "file", 1000, 0640)); }
  CHECK(text_of(dir / "file") == "old");
  { CHECK(FileEdit::begin(dir / "none", 1000, 0640)); }
  CHECK(FileStamp::of(dir / "none").error == ENOENT);
}

TEST_CASE("the folder is locked for as long as an edit lasts", "[edit]") {
  const TempDir dir;
  CHECK_FALSE(is_locked(dir.path()));
  {
    auto edit = FileEdit::begin(dir / "file", 1000, 0640);
    REQUIRE(edit);
    CHECK(is_locked(dir.path()));
    const auto other = FileEdit::begin(dir / "other", 1000, 0640, std::chrono::seconds(0));
    REQUIRE_FALSE(other);
    CHECK(other.error() == "is not edited: another program keeps its folder locked; try again");
    REQUIRE(edit->finish("new"));
    CHECK(is_locked(dir.path()));
  }
  CHECK_FALSE(is_locked(dir.path()));
}

TEST_CASE("what another program wrote meanwhile is not lost", "[edit]") {
  const TempDir dir;
  test::overwrite(dir / "file", "old");
  auto edit = FileEdit::begin(dir / "file", 1000, 0640);
  REQUIRE(edit);
  test::replace(dir / "file", "theirs");
  CHECK_FALSE(edit->finish("ours"));
  CHECK(text_of(dir / "file") == "theirs");
}

TEST_CASE("a file that another program made meanwhile is not lost", "[edit]") {
  const TempDir dir;
  auto edit = FileEdit::begin(dir / "file", 1000, 0640);
  REQUIRE(edit);
  test::overwrite(dir / "file", "theirs");
  CHECK_FALSE(edit->finish("ours"));
  CHECK(text_of(dir / "file") == "theirs");
}

TEST_CASE("what is no file, too long, or has no folder cannot be edited", "[edit]") {
  const TempDir dir;
  test::overwrite(dir / "long", std::string(1001, 'x'));
  CHECK_FALSE(FileEdit::begin(dir / "long", 1000, 0640));
  CHECK_FALSE(FileEdit::begin(dir.path(), 1000, 0640));
  CHECK_FALSE(FileEdit::begin(dir / "none/file", 1000, 0640));
}
