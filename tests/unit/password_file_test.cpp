// SPDX-License-Identifier: Apache-2.0
#include "credentials/bcrypt.hpp"
#include "credentials/password_file.hpp"
#include "support/catch.hpp"
#include "support/passwords.hpp"

#include <thread>

using namespace polyauth;
using test::kBcrypt;
using test::kDes;
using test::kSha1;

namespace {

// What the fake check was asked, and what it says: a password has a hash if it
// is "secret", or "s2", "s3" for hashes that end so.
struct Asked {
  std::vector<std::string> hashes;
};
Asked asked;

bool fake_check(const char* password, const char* hash) {
  asked.hashes.emplace_back(hash);
  const std::string_view text(password);
  if (text == "secret") return true;
  return text.size() == 2 && std::string_view(hash).ends_with(text);
}

struct Passwords {
  std::vector<std::byte> image;
  PublishedPasswords file;

  explicit Passwords(const std::string& text, std::int64_t now = 0)
      : image(test::password_image(text, now)),
        file(std::move(*PublishedPasswords::open_published(image))) {
    asked.hashes.clear();
  }
  std::optional<std::string> check(std::string_view user, std::string_view password,
                                   std::int64_t now = 1000) {
    asked.hashes.clear();
    const auto label = file.check(user, password, now, fake_check);
    if (!label) return std::nullopt;
    return std::string(*label);
  }
};

const std::string kFirst = "11111111111s1"; // three hashes of a kind
const std::string kSecond = "11111111111s2";
const std::string kThird = "11111111111s3";

} // namespace

TEST_CASE("a file is compiled, counted and published", "[password-file]") {
  const Compilation good =
      kPasswordFormat.compile("a:" + kDes + "\na:" + kSha1 + "\nb:" + kDes + "\n", {});
  CHECK(good.error_count == 0);
  CHECK(good.summary == "users=2 passwords=3");
  CHECK(kPasswordFormat.is_whole(good.image));
  CHECK(PublishedPasswords::open_published(good.image));
  CHECK_FALSE(PublishedPasswords::open_published(std::span(good.image).first(40)));
  CHECK_FALSE(kPasswordFormat.is_whole({}));
}

TEST_CASE("a bad file has no image, and says if a password was to end", "[password-file]") {
  const Compilation bad = kPasswordFormat.compile("a:" + kDes + "\nb:\n", {});
  CHECK(bad.image.empty());
  CHECK(bad.error_count == 1);
  CHECK(bad.errors.front().line == 2);
  CHECK_FALSE(bad.grave);
  CHECK(kPasswordFormat.compile("a:" + kDes + " until=2026-13-01\n", {}).grave);
}

TEST_CASE("the label of the line that opens is told", "[password-file]") {
  Passwords passwords("a:" + kFirst + " label=one\na:" + kSecond + " label=two\nb:" + kThird +
                      "\n");
  CHECK(passwords.check("a", "s1") == "one");
  CHECK(passwords.check("a", "s2") == "two");
  CHECK(passwords.check("b", "s3") == "");
  CHECK_FALSE(passwords.check("a", "s3"));
  CHECK_FALSE(passwords.check("b", "s1"));
  CHECK_FALSE(passwords.check("c", "secret"));
  CHECK_FALSE(passwords.check("", "secret"));
}

TEST_CASE("a line opens only in its window", "[password-file]") {
  Passwords passwords("a:" + kFirst + " from=1970-01-02 until=1970-01-03\n");
  constexpr std::int64_t kDay = 86400;
  CHECK_FALSE(passwords.check("a", "s1", kDay - 1));
  CHECK(passwords.check("a", "s1", kDay));
  CHECK(passwords.check("a", "s1", 3 * kDay - 1));
  // Remembered a second ago, and yet over.
  CHECK_FALSE(passwords.check("a", "s1", 3 * kDay));
}

TEST_CASE("when one line is over another of the same password opens", "[password-file]") {
  Passwords passwords("a:" + kFirst + " label=one until=1970-01-01\na:" + kFirst + " label=two\n");
  CHECK(passwords.check("a", "s1", 86399) == "one");
  CHECK(passwords.check("a", "s1", 86400) == "two");
}

TEST_CASE("a pair that opened takes no hash for a minute", "[password-file]") {
  Passwords passwords("a:" + kFirst + " label=one\n");
  CHECK(passwords.check("a", "s1", 1000) == "one");
  CHECK(asked.hashes.size() == 1);
  CHECK(passwords.check("a", "s1", 1059) == "one");
  CHECK(asked.hashes.empty());
  CHECK(passwords.check("a", "s1", 1060) == "one");
  CHECK(asked.hashes.size() == 1);
}

TEST_CASE("a wrong pair is never remembered", "[password-file]") {
  Passwords passwords("a:" + kFirst + "\n");
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(passwords.check("a", "s2"));
    CHECK(asked.hashes.size() == 1);
  }
}

TEST_CASE("the next version of the file remembers nothing", "[password-file]") {
  Passwords old("a:" + kFirst + "\n");
  CHECK(old.check("a", "s1"));
  Passwords next("a:" + kSecond + "\n");
  CHECK_FALSE(next.check("a", "s1"));
}

TEST_CASE("whoever does not exist costs what everybody costs", "[password-file]") {
  Passwords passwords("a:" + kFirst + "\na:" + kSecond + "\na:" + kThird +
                      "\n"
                      "b:" +
                      kFirst + "\nb:" + kSha1 + "\nb:" + kSha1 +
                      "\n"
                      "c:" +
                      kBcrypt + "\nd:" + kFirst + " from=1971-01-01\n");
  const auto kinds = [](const std::vector<std::string>& hashes) {
    std::array<std::size_t, 3> counts{};
    for (const std::string& hash : hashes)
      ++counts[hash.starts_with("{SHA}") ? 1 : hash.starts_with("$2") ? 2 : 0];
    return counts;
  };
  for (const auto* const user : {"a", "b", "c", "d", "nobody", ""}) {
    CAPTURE(user);
    CHECK_FALSE(passwords.check(user, "wrong"));
    CHECK(kinds(asked.hashes) == std::array<std::size_t, 3>{3, 2, 1});
  }
}

TEST_CASE("no hash that only takes time can open", "[password-file]") {
  Passwords passwords("a:" + kFirst + "\na:" + kSecond + "\nb:" + kThird + "\n");
  CHECK_FALSE(passwords.check("nobody", "secret")); // which has every hash
  CHECK_FALSE(passwords.check("b", "s1"));
}

TEST_CASE("a password that bcrypt would cut opens nothing by it", "[password-file]") {
  const std::string longest(72, 'x');
  const auto hash = bcrypt_hash(longest, 4);
  REQUIRE(hash);
  // As crypt() does: 72 bytes and no further.
  const HashCheck cutting = [](const char* password, const char* of) {
    return bcrypt_matches(std::string_view(password).substr(0, 72), of);
  };
  Passwords passwords("a:" + *hash + "\n");
  CHECK(passwords.file.check("a", longest, 0, cutting));
  CHECK_FALSE(passwords.file.check("a", longest + "x", 0, cutting));
}

TEST_CASE("an empty password and one with a NUL are not even hashed", "[password-file]") {
  Passwords passwords("a:" + kFirst + "\n");
  CHECK_FALSE(passwords.check("a", ""));
  CHECK_FALSE(passwords.check("a", std::string_view("secret\0", 7)));
  CHECK_FALSE(passwords.check("a", std::string_view("s1\0x", 4)));
  CHECK(asked.hashes.empty());
}

TEST_CASE("a user with a NUL is another user", "[password-file]") {
  Passwords passwords("a:" + kFirst + "\n");
  CHECK_FALSE(passwords.check(std::string_view("a\0", 2), "s1"));
  CHECK_FALSE(passwords.check(std::string_view("a\0b", 3), "s1"));
}

TEST_CASE("many threads may ask at once", "[password-file]") {
  Passwords passwords("a:" + kSha1 + " label=x\n");
  const HashCheck check = [](const char* password, const char*) {
    return std::string_view(password) == "secret";
  };
  std::vector<std::thread> threads;
  std::array<bool, 4> right{};
  for (std::size_t t = 0; t < right.size(); ++t)
    threads.emplace_back([&, t] {
      bool all = true;
      for (std::int64_t i = 0; i < 2000; ++i)
        all = all && passwords.file.check("a", "secret", i, check) == "x" &&
              !passwords.file.check("a", "wrong" + std::to_string(i), i, check);
      right[t] = all;
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(right == std::array<bool, 4>{true, true, true, true});
}
