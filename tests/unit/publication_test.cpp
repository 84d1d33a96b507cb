// SPDX-License-Identifier: Apache-2.0
#include "io/publication.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <set>
#include <string>
#include <sys/stat.h>
#include <utility>

using namespace polyauth;
using test::TempDir;
namespace fs = std::filesystem;

namespace {

constexpr auto kAcl = FileKind::kAcl;

// A board lives as long as its process: so it does here.
PublicationBoard& new_board() {
  PublicationBoard* const board = PublicationBoard::create();
  REQUIRE(board != nullptr);
  return *board;
}

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

} // namespace

TEST_CASE("a file has one slot for as long as the board lives", "[publication]") {
  PublicationBoard& board = new_board();
  CHECK(board.is_ours());
  PublicationSlot* const a = board.slot(kAcl, "/a");
  PublicationSlot* const b = board.slot(kAcl, "/b");
  REQUIRE((a != nullptr && b != nullptr));
  CHECK(a != b);
  CHECK(a->index != b->index);
  CHECK(a->generation == 0);
  CHECK(std::string(a->path.data()) == "/a");
  CHECK(board.slot(kAcl, "/a") == a);
  CHECK(board.slot(kAcl, "/b") == b);
}

TEST_CASE("a path that is too long has no slot", "[publication]") {
  PublicationBoard& board = new_board();
  CHECK(board.slot(kAcl, std::string(4096, 'x')) == nullptr);
  const std::string longest(4095, 'x');
  PublicationSlot* const slot = board.slot(kAcl, longest);
  REQUIRE(slot != nullptr);
  CHECK(slot->path.data() == longest);
}

TEST_CASE("a full board keeps the slots it has and gives no other", "[publication]") {
  PublicationBoard& board = new_board();
  const auto name = [](unsigned number) { return "/list-" + std::to_string(number); };
  std::set<PublicationSlot*> slots;
  for (unsigned number = 0; number < PublicationBoard::kMaxFiles; ++number)
    slots.insert(board.slot(kAcl, name(number)));
  CHECK(slots.size() == PublicationBoard::kMaxFiles);
  CHECK(slots.count(nullptr) == 0);
  CHECK(board.slot(kAcl, "/one-more") == nullptr);
  CHECK(slots.count(board.slot(kAcl, name(PublicationBoard::kMaxFiles - 1))) == 1);
}

TEST_CASE("configurations are counted", "[publication]") {
  PublicationBoard& board = new_board();
  CHECK(board.config() == 0);
  CHECK(board.next_config() == 1);
  CHECK(board.next_config() == 2);
  CHECK(board.config() == 2);
}

TEST_CASE("no two boards name their images alike", "[publication]") {
  PublicationBoard& one = new_board();
  PublicationBoard& other = new_board();
  CHECK(one.nonce() != other.nonce());
  PublicationSlot& slot = *one.slot(kAcl, "/a");
  PublicationSlot& second = *one.slot(kAcl, "/b");
  const ImageFolder folder("/images", one.nonce());
  const std::set<std::string> names = {folder.image(slot, 1), folder.image(slot, 2),
                                       folder.image(second, 1),
                                       ImageFolder("/images", other.nonce()).image(slot, 1)};
  CHECK(names.size() == 4);
  for (const std::string& name : names) CHECK(name.substr(0, 8) == "/images/");
}

TEST_CASE("what one process writes on the board, another reads", "[publication]") {
  PublicationBoard& board = new_board();
  PublicationSlot& slot = *board.slot(kAcl, "/a");
  CHECK(test::in_process([&] {
          const SlotLock lock(slot, SlotLock::Wait::kYes);
          slot.generation = 7;
          slot.adopted_at = 1234;
          return lock.held() ? 0 : 1;
        }) == 0);
  CHECK(slot.generation == 7);
  CHECK(slot.adopted_at == 1234);
}

TEST_CASE("a lock is held by one process at a time", "[publication]") {
  PublicationBoard& board = new_board();
  PublicationSlot& slot = *board.slot(kAcl, "/a");
  PublicationSlot& other = *board.slot(kAcl, "/b");
  {
    const SlotLock lock(slot, SlotLock::Wait::kNo);
    REQUIRE(lock.held());
    CHECK(test::in_process([&] {
            const SlotLock second(slot, SlotLock::Wait::kNo);
            const SlotLock elsewhere(other, SlotLock::Wait::kNo);
            return !second.held() && elsewhere.held() ? 0 : 1;
          }) == 0);
  }
  CHECK(test::in_process([&] { return SlotLock(slot, SlotLock::Wait::kNo).held() ? 0 : 1; }) == 0);
}

TEST_CASE("a process that is killed with the lock leaves it to the next", "[publication]") {
  PublicationBoard& board = new_board();
  PublicationSlot& slot = *board.slot(kAcl, "/a");
  const auto wait = GENERATE(SlotLock::Wait::kNo, SlotLock::Wait::kYes);
  // Not once only: a lock that was taken over must be as good as new.
  for (int round = 0; round < 3; ++round) {
    const int status = test::status_of_process([&] {
      const SlotLock lock(slot, SlotLock::Wait::kYes);
      return ::kill(::getpid(), SIGKILL);
    });
    REQUIRE(WIFSIGNALED(status));
    const SlotLock lock(slot, wait);
    CHECK(lock.held());
  }
  CHECK(test::in_process([&] { return SlotLock(slot, wait).held() ? 0 : 1; }) == 0);
}

TEST_CASE("the folder of the images is made for its owner alone", "[publication]") {
  const TempDir temp;
  const uid_t owner = ::geteuid() == 0 ? 65534 : ::geteuid();
  const std::string path = temp / "images";
  const ImageFolder folder(path, 0xabc);
  SECTION("where there is none") {}
  SECTION("where one stands open") {
    fs::create_directory(path);
    fs::permissions(path, fs::perms::all);
  }
  REQUIRE(folder.prepare(owner));
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0700);
  CHECK(info.st_uid == owner);
}

TEST_CASE("what earlier servers left is removed, our own images stay", "[publication]") {
  const TempDir temp;
  PublicationBoard& board = new_board();
  const ImageFolder folder(temp / "images", board.nonce());
  REQUIRE(folder.prepare(::geteuid()));
  const std::string ours = folder.image(*board.slot(kAcl, "/a"), 3);
  test::overwrite(ours, "ours");
  const ImageFolder theirs(temp / "images", board.nonce() + 1);
  test::overwrite(theirs.image(*board.slot(kAcl, "/a"), 3), "theirs");
  test::overwrite(temp / "images/.hidden", "theirs");
  REQUIRE(folder.prepare(::geteuid()));
  CHECK(names_in(temp / "images") == std::set<std::string>{fs::path(ours).filename()});
}

TEST_CASE("a folder that is right already is not written to, which may be impossible by now",
          "[publication]") {
  const auto changed = [](const std::string& path) {
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return std::pair(info.st_ctim.tv_sec, info.st_ctim.tv_nsec);
  };
  const TempDir temp;
  const std::string path = temp / "images";
  REQUIRE(ImageFolder(path, 1).prepare(::geteuid()));
  const auto before = changed(path);
  // Until a change would show: the clock of a file system has ticks.
  do test::overwrite(temp / "now", "x");
  while (changed(temp / "now") <= before);
  REQUIRE(ImageFolder(path, 1).prepare(::geteuid()));
  CHECK(changed(path) == before);
}

TEST_CASE("what is no folder is not used as one", "[publication]") {
  const TempDir temp;
  const std::string path = temp / "images";
  SECTION("a file") { test::overwrite(path, "x"); }
  SECTION("a link to a folder, which may be anybody's") {
    fs::create_directory(temp / "elsewhere");
    test::overwrite(temp / "elsewhere/precious", "x");
    fs::create_symlink("elsewhere", path);
  }
  const auto prepared = ImageFolder(path, 1).prepare(::geteuid());
  REQUIRE_FALSE(prepared);
  CHECK(prepared.error() == "\"" + path + "\" is not a folder");
  CHECK((!fs::exists(temp / "elsewhere") || fs::exists(temp / "elsewhere/precious")));
}

TEST_CASE("a folder that cannot be made is told with its name", "[publication]") {
  const TempDir temp;
  const auto prepared = ImageFolder(temp / "none/images", 1).prepare(::geteuid());
  REQUIRE_FALSE(prepared);
  CHECK(prepared.error() ==
        "\"" + (temp / "none/images") + "\" cannot be made: No such file or directory");
}
