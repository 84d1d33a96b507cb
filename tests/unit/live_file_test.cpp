// SPDX-License-Identifier: Apache-2.0
#include "io/live_file.hpp"
#include "support/catch.hpp"
#include "support/live_files.hpp"
#include "support/temp_dir.hpp"

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <vector>

using namespace polyauth;
using namespace std::chrono_literals;
using test::LiveFiles;
using test::Outcome;
namespace fs = std::filesystem;

TEST_CASE("a file that has settled is adopted, once", "[live]") {
  LiveFiles files;
  FilePublisher publisher = files.publisher();
  CHECK(publisher.refresh(files.at(0ms)).outcome == Outcome::kUnchanged);
  files.write("1");
  CHECK(publisher.refresh(files.at(100ms)).outcome == Outcome::kUnchanged);
  CHECK(publisher.refresh(files.at(1099ms)).outcome == Outcome::kUnchanged);
  const Refresh refresh = publisher.refresh(files.at(1100ms));
  CHECK(refresh.outcome == Outcome::kAdopted);
  CHECK(refresh.generation == 1);
  CHECK(refresh.summary == "number 1");
  CHECK(refresh.adopted_at > 0);
  CHECK(publisher.refresh(files.at(9s)).outcome == Outcome::kUnchanged);
  CHECK(files.seen_elsewhere() == 1);
}

TEST_CASE("a file that keeps changing is left alone until it stands still", "[live]") {
  LiveFiles files;
  FilePublisher publisher = files.publisher();
  for (int i = 0; i < 20; ++i) {
    files.write(std::string(static_cast<std::size_t>(i), '0') + '1');
    REQUIRE(publisher.refresh(files.at(i * 999ms)).outcome == Outcome::kUnchanged);
  }
  CHECK(files.generation() == 0);
  CHECK(publisher.refresh(files.at(19 * 999ms + 1s)).outcome == Outcome::kAdopted);
}

TEST_CASE("a start reads what is there without waiting", "[live]") {
  LiveFiles files;
  SECTION("good") {
    files.write("4");
    CHECK(files.publisher().adopt_now().outcome == Outcome::kAdopted);
    CHECK(files.seen_elsewhere() == 4);
  }
  SECTION("bad") {
    files.write("no number");
    const Refresh refresh = files.publisher().adopt_now();
    CHECK(refresh.outcome == Outcome::kRefused);
    CHECK(refresh.generation == 0);
    CHECK(files.seen_elsewhere() == LiveFiles::kNothing);
  }
}

TEST_CASE("a bad version is reported once, whoever looks, and the version in force stays",
          "[live]") {
  LiveFiles files;
  files.adopt("1");
  files.write("bad");
  FilePublisher one = files.publisher();
  FilePublisher other = files.publisher();
  one.refresh(files.at(0s));
  other.refresh(files.at(0s));
  const Refresh refresh = one.refresh(files.at(1s));
  CHECK(refresh.outcome == Outcome::kRefused);
  CHECK(refresh.generation == 1);
  CHECK(refresh.adopted_at > 0);
  CHECK(refresh.error_count == 1);
  REQUIRE(refresh.errors.size() == 1);
  CHECK(refresh.errors[0].text == "no number");
  CHECK(refresh.grave);
  CHECK(one.refresh(files.at(2s)).outcome == Outcome::kUnchanged);
  CHECK(other.refresh(files.at(3s)).outcome == Outcome::kUnchanged);
  CHECK(other.adopt_if_changed().outcome == Outcome::kUnchanged);
  CHECK(files.seen_elsewhere() == 1);

  files.write("still bad");
  CHECK(files.settle(one).outcome == Outcome::kRefused);
  files.write("2");
  const Refresh repaired = files.settle(other);
  CHECK(repaired.outcome == Outcome::kAdopted);
  CHECK(repaired.generation == 2);
  CHECK(files.seen_elsewhere() == 2);
}

TEST_CASE("a bad version that comes back after the good one is reported again", "[live]") {
  LiveFiles files;
  const std::string good = files.folder / "good";
  const std::string bad = files.folder / "bad";
  test::overwrite(good, "1");
  test::overwrite(bad, "bad");
  fs::create_symlink("good", files.path);
  FilePublisher publisher = files.publisher();
  REQUIRE(publisher.adopt_now().outcome == Outcome::kAdopted);
  for (int round = 0; round < 2; ++round) {
    fs::remove(files.path);
    fs::create_symlink("bad", files.path);
    CHECK(files.settle(publisher).outcome == Outcome::kRefused);
    fs::remove(files.path);
    fs::create_symlink("good", files.path);
    CHECK(files.settle(publisher).outcome != Outcome::kRefused);
  }
  CHECK(files.seen_elsewhere() == 1);
}

TEST_CASE("a file that cannot be used is told as a whole", "[live]") {
  LiveFiles files;
  files.adopt("1");
  fs::remove(files.path);
  std::string problem;
  SECTION("gone") { problem = "cannot be read: No such file or directory"; }
  SECTION("a folder") {
    fs::create_directory(files.path);
    problem = "is not a regular file";
  }
  SECTION("a FIFO") {
    REQUIRE(::mkfifo(files.path.c_str(), 0644) == 0);
    problem = "is not a regular file";
  }
  SECTION("too large") {
    files.write(std::string(LiveFiles::kLimit + 1, '1'));
    problem = "is larger than the limit: 65 of at most 64 bytes";
  }
  FilePublisher publisher = files.publisher();
  const Refresh refresh = files.settle(publisher);
  CHECK(refresh.outcome == Outcome::kRefused);
  CHECK(refresh.problem == problem);
  CHECK(refresh.errors.empty());
  CHECK_FALSE(refresh.grave);
  CHECK(files.seen_elsewhere() == 1);
}

TEST_CASE("a file that changes while it is compiled is looked at again later", "[live]") {
  LiveFiles files;
  files.adopt("1");
  files.write("2");
  FilePublisher publisher = files.publisher(LiveFiles::kChangesItself);
  CHECK(files.settle(publisher).outcome == Outcome::kAdopted);
  // The stamp that was adopted is the one of the bytes that were read.
  FilePublisher next = files.publisher();
  CHECK(files.settle(next).outcome == Outcome::kAdopted);
  CHECK(files.seen_elsewhere() == 23);
}

TEST_CASE("a publisher that is killed in the middle leaves its work to the next", "[live]") {
  LiveFiles files;
  files.adopt("1");
  files.write("2");
  const int status = test::status_of_process([&] {
    FilePublisher victim = files.publisher(LiveFiles::kKillsItself);
    files.settle(victim);
    return 0;
  });
  REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
  CHECK(files.generation() == 1);
  CHECK(files.seen_elsewhere() == 1);
  // It may have left a half-written image of the next generation, too.
  test::overwrite(files.image(2), "half");
  FilePublisher next = files.publisher();
  CHECK(files.settle(next).outcome == Outcome::kAdopted);
  CHECK(files.seen_elsewhere() == 2);
}

TEST_CASE("of many processes that see a change, one publishes it", "[live]") {
  LiveFiles files;
  files.adopt("1");
  files.write("2");
  constexpr int kProcesses = 8;
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    children.push_back(::fork());
    REQUIRE(children.back() >= 0);
    if (children.back() != 0) continue;
    FilePublisher publisher = files.publisher();
    ::_exit(files.settle(publisher).outcome == Outcome::kAdopted ? 1 : 0);
  }
  int adopted = 0;
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    adopted += WEXITSTATUS(status);
  }
  CHECK(adopted == 1);
  CHECK(files.generation() == 2);
}

TEST_CASE("only a file whose times are over looks settled", "[live]") {
  LiveFiles files;
  const FilePublisher publisher = files.publisher();
  const auto now = std::chrono::system_clock::now();
  CHECK_FALSE(publisher.looks_settled(now + 1h)); // there is none
  files.write("1");
  CHECK_FALSE(publisher.looks_settled(now));
  CHECK(publisher.looks_settled(now + 5s));
}

TEST_CASE("a restart adopts what has changed and nothing else", "[live]") {
  LiveFiles files;
  files.adopt("1");
  FilePublisher publisher = files.publisher();
  CHECK(publisher.adopt_if_changed().outcome == Outcome::kUnchanged);
  files.write("2");
  CHECK(publisher.adopt_if_changed().outcome == Outcome::kAdopted);
  CHECK(files.seen_elsewhere() == 2);
}
