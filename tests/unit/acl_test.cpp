// SPDX-License-Identifier: Apache-2.0
#include "core/acl.hpp"
#include "support/builders.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <random>
#include <string>

using namespace polyauth;
using polyauth::test::acl_image;
using polyauth::test::mac;

namespace {

// The ruling as "admitted by 64167f*", "named by 0004f2aabbcc", "denied by ..."
// or "unlisted".
std::string shown(const AclRuling& ruling) {
  switch (ruling.answer) {
  case AclAnswer::kAdmitted: return "admitted by " + ruling.entry.to_string();
  case AclAnswer::kAdmittedByName: return "named by " + ruling.entry.to_string();
  case AclAnswer::kDenied: return "denied by " + ruling.entry.to_string();
  case AclAnswer::kUnlisted: return "unlisted";
  case AclAnswer::kNotSet:
  case AclAnswer::kUnavailable: break;
  }
  return "?";
}

std::string ruling_of(const std::vector<std::byte>& image, const MacAddress& device) {
  return shown(test::must(AclView::open(image, AclView::Check::kWhole)).consult(device));
}

bool covers(const AclEntry& entry, const MacAddress& device) {
  return entry.digits == 0 || device.bits() >> (4 * (12 - entry.digits)) == entry.prefix;
}

// The same question by going through the list, the longest entry of a side first.
std::string naive_ruling(const std::vector<AclEntry>& list, const MacAddress& device) {
  for (const bool denial : {true, false}) {
    const AclEntry* best = nullptr;
    for (const AclEntry& entry : list)
      if (entry.denial == denial && covers(entry, device) &&
          (best == nullptr || entry.digits > best->digits))
        best = &entry;
    if (best == nullptr) continue;
    const AclAnswer answer = denial               ? AclAnswer::kDenied
                             : best->digits == 12 ? AclAnswer::kAdmittedByName
                                                  : AclAnswer::kAdmitted;
    return shown({answer, *best});
  }
  return "unlisted";
}

AclCounts naive_counts(std::vector<AclEntry> list) {
  AclCounts counts;
  std::sort(list.begin(), list.end());
  const auto end = std::unique(list.begin(), list.end());
  counts.duplicates = static_cast<std::uint64_t>(list.end() - end);
  list.erase(end, list.end());
  for (const AclEntry& entry : list) {
    if (entry.denial)
      ++counts.denials;
    else if (entry.digits == 12)
      ++counts.devices;
    else
      ++counts.ranges;
    const MacAddress first(entry.digits == 0 ? 0 : entry.prefix << (4 * (12 - entry.digits)));
    counts.superfluous += std::any_of(list.begin(), list.end(), [&](const AclEntry& other) {
      if (!covers(other, first) || other.digits > entry.digits) return false;
      if (other.denial == entry.denial) return other.digits < entry.digits;
      return other.denial; // a denial makes an admission needless, not the other way round
    });
  }
  return counts;
}

std::string written(std::mt19937_64& random, const AclEntry& entry) {
  std::string text = entry.to_string();
  if (entry.digits == 12 && random() % 3 == 0) {
    const std::size_t start = entry.denial ? 1 : 0;
    const std::size_t group = random() % 2 == 0 ? 2 : 4;
    const char separator = group == 4 ? '.' : random() % 2 == 0 ? ':' : '-';
    for (std::size_t at = start + 12 - group; at > start; at -= group)
      text.insert(at, 1, separator);
  }
  if (random() % 4 == 0)
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
  return text;
}

} // namespace

TEST_CASE("an entry is printed as it is written in a list", "[acl]") {
  const auto [entry, text] = GENERATE(table<AclEntry, std::string>({
      {{0x0004f2aabbcc, 12, false}, "0004f2aabbcc"},
      {{0x64167f, 6, false}, "64167f*"},
      {{0x0, 1, false}, "0*"},
      {{0x0004f2aabbc, 11, true}, "!0004f2aabbc*"},
      {{0, 0, false}, "*"},
      {{0x0004f2aabb99, 12, true}, "!0004f2aabb99"},
  }));
  CHECK(entry.to_string() == text);
}

TEST_CASE("the example of the contract decides as it says", "[acl]") {
  const auto image = acl_image("0004f2aabbcc            # a device\n"
                               "64167f*                 # a prefix\n"
                               "!0004f2aabb99           # denied\n"
                               "!64167f0*\n");
  const auto [device, expected] = GENERATE(table<std::string, std::string>({
      {"0004f2aabbcc", "named by 0004f2aabbcc"},
      {"0004f2aabbcd", "unlisted"},
      {"64167f123456", "admitted by 64167f*"},
      {"64167e123456", "unlisted"},
      {"0004f2aabb99", "denied by !0004f2aabb99"},
      {"64167f012345", "denied by !64167f0*"},
  }));
  CAPTURE(device);
  CHECK(ruling_of(image, mac(device)) == expected);
}

TEST_CASE("every device is admitted but the denied ones", "[acl]") {
  const auto image = acl_image("!0004f2aabb99\n*\n");
  CHECK(ruling_of(image, mac("0004f2aabbcc")) == "admitted by *");
  CHECK(ruling_of(image, mac("ffffffffffff")) == "admitted by *");
  CHECK(ruling_of(image, mac("0004f2aabb99")) == "denied by !0004f2aabb99");
}

TEST_CASE("a denial wins over a full entry, whatever the order", "[acl]") {
  const std::string text = GENERATE("!0004f2*\n0004f2aabbcc\n", "0004f2aabbcc\n!0004f2*\n",
                                    "*\n0004f2aabbcc\n0004f2aabbc*\n!0004f2*\n");
  CAPTURE(text);
  CHECK(ruling_of(acl_image(text), mac("0004f2aabbcc")) == "denied by !0004f2*");
}

TEST_CASE("the longest entry of a side is the one that decides", "[acl]") {
  const auto image = acl_image("*\n0*\n0004f2*\n0004f2aabbc*\n0004f2aabbcc\n");
  CHECK(ruling_of(image, mac("0004f2aabbcc")) == "named by 0004f2aabbcc");
  CHECK(ruling_of(image, mac("0004f2aabbcd")) == "admitted by 0004f2aabbc*");
  CHECK(ruling_of(image, mac("0004f2aabbdd")) == "admitted by 0004f2*");
  CHECK(ruling_of(image, mac("0004f3aabbdd")) == "admitted by 0*");
  CHECK(ruling_of(image, mac("1004f3aabbdd")) == "admitted by *");
}

TEST_CASE("a prefix of any length covers its range and no neighbour", "[acl]") {
  for (unsigned digits = 1; digits <= 11; ++digits) {
    const std::string prefix = std::string("64167f010203").substr(0, digits);
    const auto image = acl_image(prefix + "*\n");
    const std::uint64_t first = mac("64167f010203").bits() >> (4 * (12 - digits))
                                                                  << (4 * (12 - digits));
    const std::uint64_t past = first + (std::uint64_t{1} << (4 * (12 - digits)));
    CAPTURE(prefix);
    CHECK(ruling_of(image, MacAddress(first)) == "admitted by " + prefix + "*");
    CHECK(ruling_of(image, MacAddress(past - 1)) == "admitted by " + prefix + "*");
    CHECK(ruling_of(image, MacAddress(first - 1)) == "unlisted");
    CHECK(ruling_of(image, MacAddress(past)) == "unlisted");
  }
}

TEST_CASE("entries are counted once, and needless ones told", "[acl]") {
  const auto [text, devices, ranges, denials, duplicates, superfluous] =
      GENERATE(table<std::string, unsigned, unsigned, unsigned, unsigned, unsigned>({
          {"0004f2aabbcc\n", 1, 0, 0, 0, 0},
          {"0004f2aabbcc\n00:04:F2:AA:BB:CC\n", 1, 0, 0, 1, 0},
          {"*\n*\n!0004f2*\n!0004F2*\n", 0, 1, 1, 2, 0},
          {"0004f2*\n0004f2aabbcc\n", 1, 1, 0, 0, 1},
          {"*\n0004f2*\n0004f2aabbcc\n", 1, 2, 0, 0, 2},
          {"*\n0004f2aabbcc\n!0004f2aabbcc\n", 1, 1, 1, 0, 1},
          {"64167f*\n!0004f2*\n!0004f2aabbcc\n", 0, 1, 2, 0, 1},
          {"0004f2aabbcc\n64167f*\n!0004f2*\n", 1, 1, 1, 0, 1},
          {"0004f2*\n!0004f2aabbcc\n", 0, 1, 1, 0, 0},
      }));
  CAPTURE(text);
  AclText parsed = parse_acl(text);
  AclCounts counts;
  const auto image = build_acl_image(parsed.entries, &counts);
  for (const AclCounts& seen :
       {counts, test::must(AclView::open(image, AclView::Check::kWhole)).counts()}) {
    CHECK(seen.devices == devices);
    CHECK(seen.ranges == ranges);
    CHECK(seen.denials == denials);
    CHECK(seen.duplicates == duplicates);
    CHECK(seen.superfluous == superfluous);
  }
}

TEST_CASE("random lists decide as a walk through their lines does", "[acl]") {
  std::mt19937_64 random(4711);
  // Few digits near the end, so that entries, ranges and questions meet.
  const auto address = [&] {
    const std::uint64_t base = random() % 2 == 0 ? 0x0004f2000000U : 0x64167f000000U;
    return base | (random() % 64) << 18 | random() % 32;
  };
  for (int round = 0; round < 400; ++round) {
    std::vector<AclEntry> list{{address(), 12, false}};
    for (auto count = random() % (round % 20 == 0 ? 3000 : 60); count > 0; --count) {
      AclEntry entry;
      const auto kind = random() % 8;
      entry.digits = static_cast<std::uint8_t>(kind < 5 ? 12 : random() % 12);
      entry.denial = entry.digits != 0 && random() % 5 == 0;
      if (entry.digits < 6 && random() % 4 != 0) entry.digits = 9; // or all is covered
      entry.prefix = entry.digits == 0 ? 0 : address() >> (4 * (12 - entry.digits));
      if (random() % 6 == 0) entry = list[random() % list.size()];
      list.push_back(entry);
    }
    std::string text;
    for (const AclEntry& entry : list) text += written(random, entry) + '\n';
    AclText parsed = parse_acl(text);
    REQUIRE(parsed.errors.empty());
    REQUIRE(parsed.entries == list);
    AclCounts counts;
    const auto image = build_acl_image(parsed.entries, &counts);
    if (list.size() < 200) {
      const AclCounts wanted = naive_counts(list);
      CAPTURE(text);
      REQUIRE(counts.devices == wanted.devices);
      REQUIRE(counts.ranges == wanted.ranges);
      REQUIRE(counts.denials == wanted.denials);
      REQUIRE(counts.duplicates == wanted.duplicates);
      REQUIRE(counts.superfluous == wanted.superfluous);
    }
    const AclView view = test::must(AclView::open(image, AclView::Check::kWhole));
    const AclView trusted = test::must(AclView::open(image, AclView::Check::kLayout));
    for (int i = 0; i < 100; ++i) {
      const AclEntry& entry = list[random() % list.size()];
      const MacAddress device(i % 3 == 0          ? random()
                              : i % 3 == 1        ? address()
                              : entry.digits == 0 ? random()
                                                  : entry.prefix << (4 * (12 - entry.digits)));
      const std::string wanted = naive_ruling(list, device);
      if (shown(view.consult(device)) == wanted && shown(trusted.consult(device)) == wanted)
        continue;
      CAPTURE(device.to_string(), text);
      REQUIRE(shown(view.consult(device)) == wanted);
      REQUIRE(shown(trusted.consult(device)) == wanted);
    }
  }
}
