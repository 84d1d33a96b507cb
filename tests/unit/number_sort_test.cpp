// SPDX-License-Identifier: Apache-2.0
#include "core/number_sort.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <random>
#include <vector>

using namespace polyauth;

TEST_CASE("numbers are sorted, few or many, of any width", "[number_sort]") {
  std::mt19937_64 random(6);
  for (const std::size_t size : {0U, 1U, 2U, 2048U, 2049U, 100'000U}) {
    for (const unsigned shift : {0U, 11U, 16U, 43U, 63U}) {
      std::vector<std::uint64_t> numbers(size);
      std::generate(numbers.begin(), numbers.end(), [&] { return random() >> shift; });
      std::vector<std::uint64_t> wanted = numbers;
      std::sort(wanted.begin(), wanted.end());
      sort_numbers(numbers);
      CHECK(numbers == wanted);
      sort_numbers(numbers);
      CHECK(numbers == wanted);
      std::reverse(numbers.begin(), numbers.end());
      sort_numbers(numbers);
      CHECK(numbers == wanted);
    }
  }
}
