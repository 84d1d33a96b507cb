// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mac_address.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <random>
#include <vector>

// What the micro-benchmarks share. Tags: [bench] is all of them, of which [.large] are too
// costly to be run with the tests; a benchmark's name is its row in conf/PERFORMANCE.md.
namespace polyauth::test {

// The same random unicast addresses in every run.
inline std::vector<MacAddress> random_devices(std::size_t count, unsigned seed = 1) {
  std::mt19937_64 source(seed);
  std::vector<MacAddress> devices;
  devices.reserve(count);
  while (devices.size() < count) devices.emplace_back(source() & ~(std::uint64_t{1} << 40));
  return devices;
}

// One after another and then from the start: no look-up finds what the one before has warmed.
template <typename Value> class Rotation {
public:
  explicit Rotation(std::vector<Value> values) : values_(std::move(values)) {}
  const Value& next() noexcept { return values_[at_++ % values_.size()]; }

private:
  std::vector<Value> values_;
  std::size_t at_ = 0;
};

} // namespace polyauth::test
