// SPDX-License-Identifier: Apache-2.0
// Lists of devices: reading a text, building an image, looking up.
#include "bench/bench.hpp"
#include "core/acl.hpp"
#include "core/acl_text.hpp"

#include <string>

using namespace polyauth;
using test::random_devices;
using test::Rotation;

namespace {

std::vector<std::byte> image_of(const std::vector<MacAddress>& devices) {
  std::vector<AclEntry> entries;
  entries.reserve(devices.size());
  for (const MacAddress& device : devices) entries.push_back({device.bits(), 12, false});
  return build_acl_image(entries);
}

void look_up(std::size_t count) {
  const std::vector<MacAddress> devices = random_devices(count);
  const std::vector<std::byte> image = image_of(devices);
  const auto list = AclView::open(image, AclView::Check::kWhole);
  REQUIRE(list);
  // Far apart in the list, and more of them than a cache of the processor holds.
  std::vector<MacAddress> some;
  for (std::size_t i = 0; i < std::min<std::size_t>(count, 100'000); ++i)
    some.push_back(devices[i * (count / std::min<std::size_t>(count, 100'000))]);
  Rotation<MacAddress> listed(std::move(some));
  Rotation<MacAddress> strangers(random_devices(100'000, 2));
  REQUIRE(list->consult(listed.next()).answer == AclAnswer::kAdmittedByName);
  BENCHMARK("a listed device of " + std::to_string(count)) { return list->consult(listed.next()); };
  BENCHMARK("an unlisted device beside " + std::to_string(count)) {
    return list->consult(strangers.next());
  };
}

void read(std::size_t count) {
  std::string text;
  for (const MacAddress& device : random_devices(count)) text += device.to_string() + '\n';
  REQUIRE(parse_acl(text).entries.size() == count);
  BENCHMARK("reading a text of " + std::to_string(count) + " devices") { return parse_acl(text); };
  const std::vector<AclEntry> entries = parse_acl(text).entries;
  BENCHMARK("building the image of " + std::to_string(count) + " devices") {
    return build_acl_image(entries);
  };
  const std::vector<std::byte> image = build_acl_image(entries);
  BENCHMARK("checking the image of " + std::to_string(count) + " devices") {
    return static_cast<bool>(AclView::open(image, AclView::Check::kWhole));
  };
}

} // namespace

TEST_CASE("looking up in short lists", "[bench]") { look_up(GENERATE(1000U, 10'000U)); }
TEST_CASE("looking up in long lists", "[bench][.large]") {
  look_up(GENERATE(100'000U, 1'000'000U, 10'000'000U));
}
TEST_CASE("reading short lists", "[bench]") { read(1000); }
TEST_CASE("reading long lists", "[bench][.large]") { read(1'000'000); }
