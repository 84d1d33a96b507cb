// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <span>

// Numbers that nobody can guess, from OpenSSL's generator for private values.
namespace polyauth {

Result<bool> fill_random(std::span<unsigned char> bytes);

// Each number below the bound with the same probability. Precondition: bound > 0.
Result<std::uint64_t> random_below(std::uint64_t bound);

} // namespace polyauth
