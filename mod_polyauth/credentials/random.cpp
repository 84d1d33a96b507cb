// SPDX-License-Identifier: Apache-2.0
#include "credentials/random.hpp"

#include <openssl/err.h>
#include <openssl/rand.h>

#include <array>
#include <cstring>
#include <limits>

namespace polyauth {

Result<bool> fill_random(std::span<unsigned char> bytes) {
  if (RAND_priv_bytes_ex(nullptr, bytes.data(), bytes.size(), 0) == 1) return true;
  ERR_clear_error();
  return Error{"the system gives no random numbers"};
}

Result<std::uint64_t> random_below(std::uint64_t bound) {
  // The numbers from here on would make the small remainders more probable.
  const std::uint64_t limit = std::numeric_limits<std::uint64_t>::max() / bound * bound;
  for (;;) {
    std::array<unsigned char, sizeof(std::uint64_t)> bytes{};
    if (const auto filled = fill_random(bytes); !filled) return Error{filled.error()};
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    if (number < limit) return number % bound;
  }
}

} // namespace polyauth
