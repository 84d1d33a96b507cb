// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

// The shapes of the hashes that htpasswd writes and crypt() reads. Checks none.
namespace polyauth {

// What it takes to check a hash: hashes of the same work take the same time, but
// for SHA-crypt, whose rounds are told apart by their magnitude.
struct HashWork {
  enum class Scheme : std::uint8_t { kSha1, kDes, kMd5, kApr1, kSha256, kSha512, kBcrypt };
  Scheme scheme = Scheme::kSha1;
  std::uint8_t magnitude = 0; // of `rounds`, in bits
  std::uint32_t rounds = 1;   // bcrypt: the cost

  [[nodiscard]] bool is_like(const HashWork& other) const noexcept {
    return scheme == other.scheme && magnitude == other.magnitude;
  }
};

// $2y$ $2b$ $2a$ (cost 4 to 17, as htpasswd), $5$, $6$, $1$, $apr1$, {SHA} and the
// 13 characters of DES; nothing for any other text.
[[nodiscard]] std::optional<HashWork> parse_hash(std::string_view hash) noexcept;

} // namespace polyauth
