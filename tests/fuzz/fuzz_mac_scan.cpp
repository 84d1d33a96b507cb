// SPDX-License-Identifier: Apache-2.0
// A text never yields a MAC whose digits do not stand in it, and one that
// stands between slashes is always found.
#include "core/mac_scan.hpp"
#include "fuzz/property.hpp"

#include <string>

using namespace polyauth;
using fuzz::require;

namespace {

constexpr MacAddress kOwn(0x0004f2aabbcc);

void check_sightings(std::string_view text, const std::optional<MacAddress>& own) {
  std::size_t from = 0;
  while (const auto sighting = next_mac(text, from, own)) {
    require(sighting->begin >= from && sighting->end > sighting->begin &&
                sighting->end <= text.size(),
            "a sighting lies in what was asked about");
    const std::string_view spelling = text.substr(sighting->begin, sighting->end - sighting->begin);
    require(MacAddress::parse(spelling) == sighting->address,
            "a sighting is one of the four spellings of its address");
    require(sighting->begin == 0 || sighting->several ||
                !ascii::is_digit(text[sighting->begin - 1]),
            "no digit stands before a sighting");
    require(sighting->end == text.size() || sighting->several ||
                !ascii::is_digit(text[sighting->end]),
            "no digit stands behind a sighting");
    from = sighting->end;
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check_sightings(text, std::nullopt);
  check_sightings(text, kOwn);

  const MacsInText found = find_macs(text, kOwn);
  require(found.foreign != kOwn, "the own address is not foreign");
  require((found.own || found.foreign) == next_mac(text, 0, kOwn).has_value(),
          "every sighting is own or foreign");

  const std::string before = std::string(text) + "/0004f2aabbcc";
  require(find_macs(before, kOwn).own, "an own MAC behind a slash is found");
  const std::string after = "0004f2aabbcd/" + std::string(text);
  require(find_macs(after, kOwn).foreign == MacAddress(0x0004f2aabbcd),
          "a foreign MAC before a slash is found first");
  return 0;
}
