// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace polyauth {

// Sorts in time linear in the number of numbers, with memory for as many again.
void sort_numbers(std::span<std::uint64_t> numbers);

} // namespace polyauth
