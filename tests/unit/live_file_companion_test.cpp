// SPDX-License-Identifier: Apache-2.0
// A file that is judged by another one, as a CRL file is by the trust file.
#include "io/live_file.hpp"
#include "support/catch.hpp"
#include "support/live_files.hpp"

#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <string>

using namespace polyauth;
using namespace std::chrono_literals;
using test::LiveFiles;
using test::Number;
using test::Outcome;
namespace fs = std::filesystem;

namespace {

int number_in(std::span<const std::byte> image) {
  const auto number = Number::open_published(image);
  return number ? number->value() : -1;
}

// Holds a number that must be the companion's and not below the one in force.
Compilation compile_dependent(std::string_view bytes, const CompileContext& context) {
  Compilation compilation = LiveFiles::kNumber.compile(bytes, {});
  if (compilation.error_count != 0) return compilation;
  REQUIRE(context.companions.size() == 1);
  CHECK(context.now > 0);
  const int number = number_in(compilation.image);
  const auto fail = [&](std::string text) {
    compilation.errors.push_back({1, 1, std::move(text)});
    ++compilation.error_count;
  };
  if (number_in(context.companions[0]) != number) fail("unknown issuer");
  if (!context.in_force.empty() && number_in(context.in_force) > number) fail("older");
  compilation.warnings.push_back({1, 1, "take care"});
  return compilation;
}

const FileFormat kDependent = {FileKind::kRevocation, LiveFiles::kLimit, compile_dependent,
                               LiveFiles::kNumber.is_whole};

// A live file that depends on the one of LiveFiles.
struct Dependent {
  LiveFiles companion;
  std::string path = companion.folder / "dependent";
  PublicationSlot& slot = companion.another_slot(FileKind::kRevocation, path);

  void write(std::string_view text) const { test::overwrite(path, text); }
  [[nodiscard]] FilePublisher publisher() {
    return {
        kDependent, slot, companion.image_folder(), static_cast<uid_t>(-1), {&companion.slot()}};
  }
};

} // namespace

TEST_CASE("a file that its companion does not bear out is adopted once it does", "[live]") {
  Dependent files;
  files.companion.adopt("1");
  files.write("2");
  FilePublisher publisher = files.publisher();
  Refresh refresh = files.companion.settle(publisher);
  CHECK(refresh.outcome == Outcome::kRefused);
  REQUIRE(refresh.errors.size() == 1);
  CHECK(refresh.errors[0].text == "unknown issuer");
  // Told once, and nothing to do until either changes.
  CHECK(files.companion.settle(publisher).outcome == Outcome::kUnchanged);
  CHECK(publisher.adopt_if_changed().outcome == Outcome::kUnchanged);

  files.companion.adopt("2");
  // The file itself has long settled.
  refresh = publisher.refresh(files.companion.at(100h));
  CHECK(refresh.outcome == Outcome::kAdopted);
  REQUIRE(refresh.warnings.size() == 1);
  CHECK(refresh.warnings[0].text == "take care");
  CHECK(files.companion.settle(publisher).outcome == Outcome::kUnchanged);
}

TEST_CASE("a file whose companion is not in force waits for it", "[live]") {
  Dependent files;
  files.write("1");
  FilePublisher publisher = files.publisher();
  const Refresh refresh = publisher.adopt_now();
  CHECK(refresh.outcome == Outcome::kRefused);
  CHECK(refresh.problem == "needs " + files.companion.path + ", which is not in force");
  CHECK(files.companion.settle(publisher).outcome == Outcome::kUnchanged);
  files.companion.adopt("1");
  CHECK(publisher.refresh(files.companion.at(100h)).outcome == Outcome::kAdopted);
}

TEST_CASE("a companion that is too old is not in force", "[live]") {
  Dependent files;
  files.companion.adopt("1");
  files.companion.slot().floor = 1;
  files.write("1");
  CHECK(files.publisher().adopt_now().outcome == Outcome::kRefused);
}

TEST_CASE("a companion whose image is lost for a while is looked for again", "[live]") {
  Dependent files;
  files.companion.adopt("1");
  const std::string image = files.companion.image(1);
  fs::rename(image, image + ".away");
  files.write("1");
  FilePublisher publisher = files.publisher();
  publisher.refresh(files.companion.at(0s));
  CHECK(publisher.refresh(files.companion.at(1s)).outcome == Outcome::kRefused);
  CHECK(publisher.refresh(files.companion.at(60s)).outcome == Outcome::kUnchanged);
  fs::rename(image + ".away", image);
  CHECK(publisher.refresh(files.companion.at(61s)).outcome == Outcome::kAdopted);
}

TEST_CASE("a changed companion lets a file be judged anew, and a refusal keeps it in force",
          "[live]") {
  Dependent files;
  files.companion.adopt("1");
  files.write("1");
  FilePublisher publisher = files.publisher();
  REQUIRE(publisher.adopt_now().outcome == Outcome::kAdopted);
  SECTION("that bears it out still") {
    files.companion.adopt("1");
    const Refresh refresh = publisher.adopt_if_changed();
    CHECK(refresh.outcome == Outcome::kAdopted);
    CHECK(refresh.generation == 2);
  }
  SECTION("that does not any more") {
    files.companion.adopt("2");
    const Refresh refresh = files.companion.settle(publisher);
    CHECK(refresh.outcome == Outcome::kRefused);
    CHECK(refresh.generation == 1);
    CHECK(files.companion.settle(publisher).outcome == Outcome::kUnchanged);
  }
}

TEST_CASE("the version in force is shown to the next one", "[live]") {
  Dependent files;
  files.companion.adopt("2");
  files.write("2");
  FilePublisher publisher = files.publisher();
  REQUIRE(publisher.adopt_now().outcome == Outcome::kAdopted);
  files.companion.adopt("1");
  files.write("1");
  const Refresh refresh = files.companion.settle(publisher);
  REQUIRE(refresh.errors.size() == 1);
  CHECK(refresh.errors[0].text == "older");
  SECTION("unless it is too old to be in force") {
    files.slot.floor = files.slot.generation.load();
    CHECK(publisher.adopt_now().outcome == Outcome::kAdopted);
  }
}
