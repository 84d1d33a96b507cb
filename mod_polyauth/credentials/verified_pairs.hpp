// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace polyauth {

// Pairs of user and password that were verified a short time ago, and by which line.
// Holds neither: only HMAC-SHA-256 of the pair under a random key of its own. At most
// `most` are kept: of two halves the older is dropped when the younger is full.
class VerifiedPairs {
public:
  using Digest = std::array<unsigned char, 32>;

  static Result<std::unique_ptr<VerifiedPairs>> create(std::size_t most, std::int64_t seconds);
  VerifiedPairs(const VerifiedPairs&) = delete;
  VerifiedPairs& operator=(const VerifiedPairs&) = delete;
  ~VerifiedPairs();

  [[nodiscard]] Digest digest_of(std::string_view user, std::string_view password) const;

  // The line, if the pair was remembered at most so many seconds before `now`, and
  // not after it: a clock that was set back lengthens nothing.
  [[nodiscard]] std::optional<std::uint32_t> find(const Digest& pair, std::int64_t now);
  void remember(const Digest& pair, std::uint32_t line, std::int64_t now);

  [[nodiscard]] std::size_t size();

private:
  struct Entry {
    std::uint32_t line;
    std::int64_t since;
  };
  struct FirstBytes {
    std::size_t operator()(const Digest& digest) const noexcept {
      std::size_t value = 0;
      std::memcpy(&value, digest.data(), sizeof value);
      return value;
    }
  };
  using Half = std::unordered_map<Digest, Entry, FirstBytes>;

  VerifiedPairs(std::size_t most, std::int64_t seconds) noexcept
      : half_(most / 2), seconds_(seconds) {}

  std::size_t half_;
  std::int64_t seconds_;
  Digest key_{};
  std::mutex mutex_;
  Half young_;
  Half old_;
};

} // namespace polyauth
