// SPDX-License-Identifier: Apache-2.0
#include "pki/asn1.hpp"
#include "support/catch.hpp"
#include "support/pki.hpp"

#include <algorithm>

using namespace polyauth;

namespace {

using NamePtr = std::unique_ptr<X509_NAME, Free<X509_NAME_free>>;

NamePtr name(std::initializer_list<std::pair<const char*, std::string>> entries) {
  NamePtr name(X509_NAME_new());
  for (const auto& [type, value] : entries)
    REQUIRE(X509_NAME_add_entry_by_txt(name.get(), type, MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(value.data()),
                                       static_cast<int>(value.size()), -1, 0) == 1);
  return name;
}

} // namespace

TEST_CASE("names are told on one line of printable ASCII", "[asn1]") {
  CHECK(name_text(name({{"O", "Maker"}, {"CN", "CA 1"}}).get()) == "CN=CA 1,O=Maker");
  CHECK(short_name(name({{"O", "Maker"}, {"CN", "CA 1"}}).get()) == "CA 1");
  CHECK(short_name(name({{"CN", "a"}, {"CN", "b"}}).get()) == "CN=b,CN=a");
  CHECK(short_name(name({{"O", "Maker"}}).get()) == "O=Maker");
  CHECK(name_text(name({}).get()) == "no name");
  for (const char* const value : {"a\nb", "\x1b[31m", "\xc3\xa9"}) {
    const auto odd = name({{"CN", value}});
    for (const std::string& text : {name_text(odd.get()), short_name(odd.get())})
      CHECK(std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; }));
  }
}

TEST_CASE("a long name is cut", "[asn1]") {
  NamePtr long_name(X509_NAME_new());
  for (int i = 0; i < 100; ++i)
    REQUIRE(X509_NAME_add_entry_by_txt(long_name.get(), "OU", MBSTRING_ASC,
                                       reinterpret_cast<const unsigned char*>("0123456789"), -1, -1,
                                       0) == 1);
  CHECK(name_text(long_name.get()).size() == 203);
  CHECK(name_text(long_name.get()).ends_with("..."));
}

TEST_CASE("dates are read to the second, and what is none is nothing", "[asn1]") {
  using TimePtr = std::unique_ptr<ASN1_TIME, Free<ASN1_TIME_free>>;
  const TimePtr time(ASN1_TIME_set(nullptr, test::kNow));
  CHECK(seconds_of(time.get()) == test::kNow);
  REQUIRE(ASN1_STRING_set(time.get(), "rubbish", -1) == 1);
  CHECK_FALSE(seconds_of(time.get()));
  CHECK_FALSE(seconds_of(nullptr));
}
