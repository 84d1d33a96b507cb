// SPDX-License-Identifier: Apache-2.0
#include "io/live_file.hpp"
#include "support/catch.hpp"
#include "support/live_files.hpp"
#include "support/temp_dir.hpp"

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <sys/resource.h>

using namespace polyauth;
using namespace std::chrono_literals;
using test::LiveFiles;
using test::Outcome;
namespace fs = std::filesystem;

TEST_CASE("an image that cannot be written is no fault of the file and tried again", "[live]") {
  LiveFiles files;
  files.adopt("1");
  fs::rename(files.images, files.images + ".away");
  files.write("2");
  FilePublisher publisher = files.publisher();
  publisher.refresh(files.at(0s));
  const Refresh refresh = publisher.refresh(files.at(1s));
  CHECK(refresh.outcome == Outcome::kRefused);
  CHECK(refresh.problem == "its image cannot be written beside it: No such file or directory");
  CHECK(refresh.generation == 1);
  CHECK(publisher.refresh(files.at(60s)).outcome == Outcome::kUnchanged);
  fs::rename(files.images + ".away", files.images);
  CHECK(publisher.refresh(files.at(61s)).outcome == Outcome::kAdopted);
  CHECK(files.seen_elsewhere() == 2);
}

TEST_CASE("a process without a descriptor to read by leaves the file to others", "[live]") {
  LiveFiles files;
  files.adopt("1");
  files.write("2");
  FilePublisher publisher = files.publisher();
  FilePublisher other = files.publisher();
  publisher.refresh(files.at(0s));
  other.refresh(files.at(0s));
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const rlimit none = {0, limit.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const Refresh refresh = publisher.refresh(files.at(1s));
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(refresh.outcome == Outcome::kRefused);
  CHECK(refresh.problem == "cannot be read: Too many open files");
  SECTION("another") {
    CHECK(other.refresh(files.at(1s)).outcome == Outcome::kAdopted);
    CHECK(publisher.refresh(files.at(61s)).outcome == Outcome::kUnchanged);
  }
  SECTION("itself, later") {
    CHECK(publisher.refresh(files.at(60s)).outcome == Outcome::kUnchanged);
    CHECK(publisher.refresh(files.at(61s)).outcome == Outcome::kAdopted);
  }
  SECTION("a restart") { CHECK(files.publisher().adopt_if_changed().outcome == Outcome::kAdopted); }
  CHECK(files.seen_elsewhere() == 2);
}

TEST_CASE("a process that does not let go of a file is told of", "[live]") {
  LiveFiles files;
  files.adopt("1");
  files.write("2");
  FilePublisher publisher = files.publisher();
  publisher.refresh(files.at(0s));
  {
    const SlotLock stopped(files.slot(), SlotLock::Wait::kNo);
    CHECK(publisher.refresh(files.at(1s)).outcome == Outcome::kUnchanged);
    CHECK(publisher.refresh(files.at(60s)).outcome == Outcome::kUnchanged);
    const Refresh refresh = publisher.refresh(files.at(61s));
    CHECK(refresh.outcome == Outcome::kRefused);
    CHECK(refresh.problem == "is held by another process of the server");
    CHECK(refresh.generation == 1);
    CHECK(publisher.refresh(files.at(62s)).outcome == Outcome::kUnchanged);
  }
  CHECK(publisher.refresh(files.at(63s)).outcome == Outcome::kAdopted);
  {
    const SlotLock again(files.slot(), SlotLock::Wait::kNo);
    CHECK(publisher.refresh(files.at(64s)).outcome == Outcome::kUnchanged);
    CHECK(publisher.refresh(files.at(122s)).outcome == Outcome::kUnchanged);
  }
}

TEST_CASE("a file that the storage does not give out for now is tried again", "[live]") {
  LiveFiles files;
  files.adopt("1");
  // Reads fail with EIO at address 0, as those of a disk or server that is away.
  fs::remove(files.path);
  fs::create_symlink("/proc/self/mem", files.path);
  FilePublisher publisher = files.publisher();
  publisher.refresh(files.at(0s));
  const Refresh refresh = publisher.refresh(files.at(1s));
  CHECK(refresh.outcome == Outcome::kRefused);
  CHECK(refresh.problem == "cannot be read: Input/output error");
  CHECK(refresh.generation == 1);
  CHECK(publisher.refresh(files.at(60s)).outcome == Outcome::kUnchanged);
  CHECK(publisher.refresh(files.at(61s)).outcome == Outcome::kRefused);
}

TEST_CASE("a file that there is no memory for is tried again, but not at each look", "[live]") {
  LiveFiles files;
  files.adopt("1");
  files.write("2");
  FilePublisher publisher = files.publisher(LiveFiles::kHasNoMemory);
  publisher.refresh(files.at(0s));
  const Refresh refresh = publisher.refresh(files.at(1s));
  CHECK(refresh.outcome == Outcome::kRefused);
  CHECK(refresh.problem == "there is not enough memory to read it");
  CHECK(refresh.generation == 1);
  CHECK(publisher.refresh(files.at(60s)).outcome == Outcome::kUnchanged);
  CHECK(publisher.refresh(files.at(61s)).outcome == Outcome::kRefused);
  FilePublisher other = files.publisher();
  CHECK(files.settle(other).outcome == Outcome::kAdopted);
  CHECK(files.seen_elsewhere() == 2);
}

TEST_CASE("what processes that were killed have left goes with the next version", "[live]") {
  LiveFiles files;
  files.adopt("1");
  PublicationSlot& another = files.another_slot(FileKind::kAcl, "another");
  const std::string others = files.image_folder().image(another, 1);
  test::overwrite(others, "whole");
  // One was writing, one had not yet removed the version before.
  test::overwrite(files.image(2) + ".Xab12z", "half");
  test::overwrite(files.image(9), "older");
  FilePublisher publisher = files.publisher();
  files.write("2");
  REQUIRE(files.settle(publisher).outcome == Outcome::kAdopted);
  std::set<std::string> left;
  for (const auto& entry : fs::directory_iterator(files.images)) left.insert(entry.path());
  CHECK(left == std::set<std::string>{files.image(2), others});
  CHECK(files.seen_elsewhere() == 2);
}

TEST_CASE("nothing is judged as if the version in force were lost that is out of reach", "[live]") {
  LiveFiles files;
  files.adopt("1");
  fs::resize_file(files.image(1), std::uintmax_t{1} << 40);
  files.write("2");
  FilePublisher publisher = files.publisher();
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_AS, &limit) == 0);
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlimit little = {pages * static_cast<rlim_t>(::getpagesize()) + (rlim_t{1} << 30),
                         limit.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_AS, &little) == 0);
  const Refresh refresh = files.settle(publisher);
  REQUIRE(::setrlimit(RLIMIT_AS, &limit) == 0);
  CHECK(refresh.outcome == Outcome::kRefused);
  CHECK(refresh.problem == "its version in force cannot be mapped for now");
  CHECK(refresh.generation == 1);
}

TEST_CASE("a file that is replaced after the storage failed is not made to wait", "[live]") {
  LiveFiles files;
  files.adopt("1");
  fs::remove(files.path);
  fs::create_symlink("/proc/self/mem", files.path);
  FilePublisher publisher = files.publisher();
  publisher.refresh(files.at(0s));
  CHECK(publisher.refresh(files.at(1s)).outcome == Outcome::kRefused);
  fs::remove(files.path);
  files.write("2");
  publisher.refresh(files.at(2s));
  CHECK(publisher.refresh(files.at(3s)).outcome == Outcome::kAdopted);
  CHECK(files.seen_elsewhere() == 2);
}
