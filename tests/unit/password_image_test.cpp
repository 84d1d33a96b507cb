// SPDX-License-Identifier: Apache-2.0
#include "credentials/password_image.hpp"
#include "io/image_frame.hpp"
#include "support/catch.hpp"
#include "support/passwords.hpp"

#include <cstring>

using namespace polyauth;
using test::kDes;
using test::kSha1;

namespace {

std::vector<std::string> labels_of(const PasswordView& view, std::string_view user) {
  std::vector<std::string> labels;
  const auto range = view.find(user);
  for (auto index = range.first; index != range.last; ++index)
    labels.emplace_back(view.line(index).label);
  return labels;
}

// How many checks an answer takes, in the order of the kinds.
std::vector<std::uint32_t> counts_of(const std::vector<std::byte>& image) {
  const auto view = PasswordView::open(image);
  REQUIRE(view);
  std::vector<std::uint32_t> counts;
  for (std::size_t kind = 0; kind < view->kinds(); ++kind) counts.push_back(view->kind(kind).count);
  return counts;
}

} // namespace

TEST_CASE("an image finds every user and the lines in their order", "[password-image]") {
  const auto image = test::password_image("m:" + kDes +
                                          " label=one\n" //
                                          "z:" +
                                          kDes +
                                          " label=only\n" //
                                          "m:" +
                                          kSha1 +
                                          " label=two from=1970-01-02\n" //
                                          "a b:" +
                                          kDes + "\n");
  const auto view = PasswordView::open(image);
  REQUIRE(view);
  CHECK(view->users() == 3);
  CHECK(view->lines() == 4);
  CHECK(labels_of(*view, "m") == std::vector<std::string>{"one", "two"});
  CHECK(labels_of(*view, "z") == std::vector<std::string>{"only"});
  CHECK(labels_of(*view, "a b") == std::vector<std::string>{""});
  for (const auto* const unknown : {"", "a", "a b ", "mm", "zz", "\xff"})
    CHECK(labels_of(*view, unknown).empty());
  const PasswordView::Line line = view->line(view->find("m").first + 1);
  CHECK(line.hash == kSha1);
  CHECK(line.window == Window{86400, Window::kNever});
  CHECK_FALSE(line.is_bcrypt);
}

TEST_CASE("every one of many users is found", "[password-image]") {
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += "user" + std::to_string(i * 7919 % 1000) + ":" + kDes +
            " label=" + std::to_string(i * 7919 % 1000) + "\n";
  const auto image = test::password_image(text);
  const auto view = PasswordView::open(image);
  REQUIRE(view);
  for (int i = 0; i < 1000; ++i)
    CHECK(labels_of(*view, "user" + std::to_string(i)) ==
          std::vector<std::string>{std::to_string(i)});
}

TEST_CASE("an answer takes as many checks of a kind as anybody needs", "[password-image]") {
  using Counts = std::vector<std::uint32_t>;
  CHECK(counts_of(test::password_image("a:" + kDes + "\nb:" + kDes + "\n")) == Counts{1});
  CHECK(counts_of(test::password_image("a:" + kDes + "\na:" + kDes + "\nb:" + kSha1 + "\n")) ==
        Counts{2, 1});
  // What is over is checked no more.
  CHECK(counts_of(test::password_image("a:" + kDes + " until=1970-01-01\na:" + kDes + "\n",
                                       86400)) == Counts{1});
  CHECK(counts_of(test::password_image("a:" + kDes + " until=1970-01-01\n", 86400)) == Counts{0});
}

TEST_CASE("the dearest hash of a kind stands for all", "[password-image]") {
  const std::string rest = "$Zemf5HnRexknHXWL$ZK99Qmir4wXRdeocIqBOTXgi0vTQrbmOhGrJRie7Hn8";
  const auto image = test::password_image("a:$5$rounds=5000" + rest +
                                          "\n" //
                                          "b:$5$rounds=8000" +
                                          rest +
                                          "\n" //
                                          "c:$5$rounds=6000" +
                                          rest + "\n");
  const auto view = PasswordView::open(image);
  REQUIRE(view);
  REQUIRE(view->kinds() == 1);
  CHECK(view->kind(0).decoy == "$5$rounds=8000" + rest);
}

TEST_CASE("an image that was changed anywhere, or cut, is refused", "[password-image]") {
  const auto good = test::password_image("a:" + kDes + " label=x\nb:" + kSha1 + "\n");
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] ^= std::byte{1};
    CHECK_FALSE(PasswordView::open(bad));
    CHECK_FALSE(PasswordView::open(std::span(good).first(i)));
  }
}

// The checks behind the checksum: rows that lead nowhere.
TEST_CASE("an image with a right checksum and wrong rows is refused", "[password-image]") {
  const auto good = test::password_image("a:" + kDes + " label=x\nb:" + kSha1 + "\n");
  std::size_t refused = 0;
  for (std::size_t i = sizeof(ImageFrame); i + 4 <= good.size(); i += 4) {
    auto bad = good;
    const std::uint32_t huge = 0xffff'fff0;
    std::memcpy(bad.data() + i, &huge, sizeof huge);
    test::seal_password_image(bad);
    const auto view = PasswordView::open(bad);
    if (!view) {
      ++refused;
      continue;
    }
    // Times and texts may be others; nothing that is asked leads outside.
    for (const auto* const user : {"a", "b", "c"}) static_cast<void>(labels_of(*view, user));
  }
  CHECK(refused > 20);
}
