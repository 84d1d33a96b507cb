// SPDX-License-Identifier: Apache-2.0
#include "io/acl_file.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include <unistd.h>

#include <string>

using namespace polyauth;
using test::mac;

namespace {

Compilation compile(std::string_view text) { return kAclFormat.compile(text, {}); }

std::string as_text(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

AclAnswer consult(const PublishedAcl& acl, std::string_view text) {
  return acl.list.consult(mac(text)).answer;
}

} // namespace

TEST_CASE("a good list becomes an image that answers as the list says", "[acl]") {
  const Compilation compilation =
      compile("0004f2aabbcc # desk\r\n64167f*\n!64167f010203\n0004f2aabbcd\n");
  CHECK(compilation.error_count == 0);
  CHECK(compilation.summary == "devices=2 ranges=1 denials=1");
  const auto acl = PublishedAcl::open_published(compilation.image);
  REQUIRE(acl);
  CHECK(consult(*acl, "0004f2aabbcc") == AclAnswer::kAdmittedByName);
  CHECK(consult(*acl, "64167f999999") == AclAnswer::kAdmitted);
  CHECK(consult(*acl, "64167f010203") == AclAnswer::kDenied);
  CHECK(consult(*acl, "0004f2aabbce") == AclAnswer::kUnlisted);
}

TEST_CASE("a bad list has errors with their places, and no image", "[acl]") {
  const Compilation compilation = compile("0004f2aabbcc\n 0004f2aabbc\n");
  CHECK(compilation.image.empty());
  CHECK(compilation.error_count == 1);
  REQUIRE(compilation.errors.size() == 1);
  CHECK(compilation.errors[0].line == 2);
  CHECK(compilation.errors[0].column == 2);
  CHECK_FALSE(compilation.grave);
}

TEST_CASE("a denial that failed is grave", "[acl]") {
  CHECK(compile("*\n!0004f2aabbc\n").grave);
  CHECK(compile("x\n*\n!*\n").grave->line == 3); // not the first error
  CHECK_FALSE(compile("x\n!0004f2aabbcc\n").grave);
}

TEST_CASE("no entry, or denials only, is an error", "[acl]") {
  CHECK(compile("").error_count == 1);
  CHECK(compile("# nothing\n").error_count == 1);
  CHECK(compile("!0004f2aabbcc\n").error_count == 1);
}

TEST_CASE("all errors are counted, the first twenty are told", "[acl]") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "x\n";
  const Compilation compilation = compile(text);
  CHECK(compilation.error_count == 1000);
  CHECK(compilation.errors.size() == 20);
}

TEST_CASE("what is no image is not taken for one", "[acl]") {
  std::vector<std::byte> image = compile("0004f2aabbcc\n").image;
  REQUIRE(PublishedAcl::open_published(image));
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{7}, image.size() / 2, image.size() - 1})
    CHECK_FALSE(PublishedAcl::open_published(std::span(image).first(size)));
  CHECK_FALSE(PublishedAcl::open_published(std::vector<std::byte>(image.size())));
}

TEST_CASE("an image with a flipped bit is not whole", "[acl]") {
  std::vector<std::byte> image = compile("0004f2aabbcc\n").image;
  CHECK(kAclFormat.is_whole(image));
  image.back() ^= std::byte{1};
  CHECK_FALSE(kAclFormat.is_whole(image));
  CHECK_FALSE(kAclFormat.is_whole({}));
}

TEST_CASE("a compiled list is checked whole and published as it is", "[acl]") {
  const std::string image = as_text(compile("0004f2aabbcc\n64167f*\n!64167f010203\n").image);
  const Compilation compilation = compile(image);
  CHECK(compilation.error_count == 0);
  CHECK(compilation.is_image);
  CHECK(compilation.image.empty());
  CHECK(compilation.summary == "devices=1 ranges=1 denials=1");
}

TEST_CASE("a compiled list that is not whole is refused with a place", "[acl]") {
  const std::string good = as_text(compile("0004f2aabbcc\n").image);
  const auto refusal = [](const std::string& bytes) {
    const Compilation compilation = compile(bytes);
    REQUIRE(compilation.error_count == 1);
    CHECK_FALSE(compilation.is_image);
    CHECK(compilation.errors.at(0).line == 1);
    CHECK(compilation.errors.at(0).column == 1);
    return compilation.errors.at(0).text;
  };
  for (std::size_t size = 8; size < good.size(); ++size)
    CHECK_THAT(refusal(good.substr(0, size)), Catch::Contains("the compiled list is damaged: "));
  for (std::size_t at = 8; at < good.size(); ++at) {
    std::string flipped = good;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    CHECK_THAT(refusal(flipped), Catch::Contains("compile it"));
  }
  CHECK_THAT(refusal(good + good), Catch::Contains("its header says"));
  // What is no longer marked as compiled is read as a text, and is none.
  CHECK(compile(" " + good).error_count != 0);
}

TEST_CASE("a compiled list that admits nobody is refused", "[acl]") {
  for (const auto& entries :
       {std::vector<AclEntry>{}, std::vector<AclEntry>{{0x0004f2aabbcc, 12, true}}}) {
    const Compilation compilation = compile(as_text(build_acl_image(entries)));
    REQUIRE(compilation.error_count == 1);
    CHECK_THAT(compilation.errors[0].text, Catch::Contains("admits nobody"));
  }
}

TEST_CASE("a compiled list may be longer than a text", "[acl]") {
  const test::TempDir folder;
  const std::string path = folder / "phones.list";
  const std::string image = as_text(compile("*\n").image);
  const auto refused = [&](std::string_view start, std::uint64_t size) {
    test::replace(path, start);
    REQUIRE(::truncate(path.c_str(), static_cast<off_t>(size)) == 0);
    const auto contents = read_file(path, kAclFormat.size_limit);
    return contents ? "" : contents.error();
  };
  CHECK(refused(image, kMaxAclBytes + 1).empty());
  CHECK(refused("*\n", kMaxAclBytes + 1) ==
        "is larger than the limit: " + std::to_string(kMaxAclBytes + 1) + " of at most " +
            std::to_string(kMaxAclBytes) + " bytes");
  CHECK(refused(image, kMaxCompiledAclBytes + 1) ==
        "is larger than the limit: " + std::to_string(kMaxCompiledAclBytes + 1) + " of at most " +
            std::to_string(kMaxCompiledAclBytes) + " bytes");
}

TEST_CASE("a list that one process publishes decides in another", "[acl]") {
  const test::TempDir folder;
  const std::string path = folder / "phones.acl";
  PublicationBoard& board = *PublicationBoard::create();
  PublicationSlot& slot = *board.slot(kAclFormat.kind, path);
  const ImageFolder images(folder / "images", board.nonce());
  REQUIRE(images.prepare(::geteuid()));
  const auto publish = [&](std::string_view text) {
    test::replace(path, text);
    return test::in_process([&] {
      FilePublisher publisher(kAclFormat, slot, images, static_cast<uid_t>(-1));
      return static_cast<int>(publisher.adopt_now().outcome);
    });
  };
  const auto answer = [&](std::string_view device) {
    const auto snapshot = LiveAcl(slot, images, 0).current();
    return snapshot ? consult({snapshot->view.list}, device) : AclAnswer::kUnavailable;
  };
  constexpr int kAdopted = static_cast<int>(Refresh::Outcome::kAdopted);
  constexpr int kRefused = static_cast<int>(Refresh::Outcome::kRefused);

  CHECK(answer("0004f2aabbcc") == AclAnswer::kUnavailable);
  REQUIRE(publish("0004f2aabbcc\n0004f2aabbdd\n") == kAdopted);
  CHECK(answer("0004f2aabbdd") == AclAnswer::kAdmittedByName);
  REQUIRE(publish("0004f2aabbcc\n") == kAdopted);
  REQUIRE(publish("garbage") == kRefused);
  // Nobody who was removed comes back because the newest version is bad.
  CHECK(answer("0004f2aabbdd") == AclAnswer::kUnlisted);
  CHECK(answer("0004f2aabbcc") == AclAnswer::kAdmittedByName);
  // Compiled in between, and text again.
  REQUIRE(publish(as_text(test::acl_image("0004f2aabbdd\n"))) == kAdopted);
  CHECK(answer("0004f2aabbcc") == AclAnswer::kUnlisted);
  CHECK(answer("0004f2aabbdd") == AclAnswer::kAdmittedByName);
  REQUIRE(publish(as_text(test::acl_image("*\n")).substr(0, 500)) == kRefused);
  CHECK(answer("0004f2aabbcc") == AclAnswer::kUnlisted);
  REQUIRE(publish("0004f2aabbcc\n") == kAdopted);
  CHECK(answer("0004f2aabbdd") == AclAnswer::kUnlisted);
}
