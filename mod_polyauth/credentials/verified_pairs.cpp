// SPDX-License-Identifier: Apache-2.0
#include "credentials/verified_pairs.hpp"

#include "credentials/random.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <new>
#include <string>
#include <utility>

namespace polyauth {

Result<std::unique_ptr<VerifiedPairs>> VerifiedPairs::create(std::size_t most,
                                                             std::int64_t seconds) {
  std::unique_ptr<VerifiedPairs> pairs(new VerifiedPairs(most, seconds));
  if (const auto filled = fill_random(pairs->key_); !filled) return Error{filled.error()};
  return pairs;
}

VerifiedPairs::~VerifiedPairs() { OPENSSL_cleanse(key_.data(), key_.size()); }

VerifiedPairs::Digest VerifiedPairs::digest_of(std::string_view user,
                                               std::string_view password) const {
  // The length says where the user ends: no two pairs are one text.
  std::string pair = std::to_string(user.size());
  pair.reserve(pair.size() + 1 + user.size() + password.size());
  pair += ':';
  pair += user;
  pair += password;
  Digest digest{};
  const auto* const made = HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
                                reinterpret_cast<const unsigned char*>(pair.data()), pair.size(),
                                digest.data(), nullptr);
  OPENSSL_cleanse(pair.data(), pair.size());
  if (made == nullptr) throw std::bad_alloc();
  return digest;
}

std::optional<std::uint32_t> VerifiedPairs::find(const Digest& pair, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  for (Half* const half : {&young_, &old_}) {
    const auto at = half->find(pair);
    if (at == half->end()) continue;
    const Entry entry = at->second;
    if (entry.since <= now && now - entry.since < seconds_) return entry.line;
    half->erase(at);
  }
  return std::nullopt;
}

void VerifiedPairs::remember(const Digest& pair, std::uint32_t line, std::int64_t now) {
  Half dropped; // dies when the lock is free
  const std::lock_guard lock(mutex_);
  if (young_.size() >= half_) {
    dropped = std::exchange(old_, std::move(young_));
    young_.clear();
  }
  old_.erase(pair);
  young_.insert_or_assign(pair, Entry{line, now});
}

std::size_t VerifiedPairs::size() {
  const std::lock_guard lock(mutex_);
  return young_.size() + old_.size();
}

} // namespace polyauth
