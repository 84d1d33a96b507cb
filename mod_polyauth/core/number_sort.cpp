// SPDX-License-Identifier: Apache-2.0
#include "core/number_sort.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace polyauth {

namespace {

// As many numbers as std::sort is faster for.
constexpr std::size_t kFew = 2048;
constexpr unsigned kDigitBits = 11;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;

// One pass of a radix sort, by the digit at `shift`. False if all have the same.
bool distribute(std::span<const std::uint64_t> from, std::span<std::uint64_t> to, unsigned shift) {
  const auto digit = [shift](std::uint64_t number) { return number >> shift & (kDigits - 1); };
  std::array<std::size_t, kDigits> places{};
  for (const std::uint64_t number : from) ++places[digit(number)];
  if (places[digit(from.front())] == from.size()) return false;
  std::size_t before = 0;
  for (std::size_t& place : places) before += std::exchange(place, before);
  for (const std::uint64_t number : from) to[places[digit(number)]++] = number;
  return true;
}

} // namespace

void sort_numbers(std::span<std::uint64_t> numbers) {
  if (std::is_sorted(numbers.begin(), numbers.end())) return;
  if (numbers.size() <= kFew) return std::sort(numbers.begin(), numbers.end());
  std::vector<std::uint64_t> buffer(numbers.size());
  std::span<std::uint64_t> from = numbers;
  std::span<std::uint64_t> to = buffer;
  for (unsigned shift = 0; shift < 64; shift += kDigitBits)
    if (distribute(from, to, shift)) std::swap(from, to);
  if (from.data() != numbers.data()) std::copy(from.begin(), from.end(), numbers.begin());
}

} // namespace polyauth
