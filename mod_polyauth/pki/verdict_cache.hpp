// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pki/trust_file.hpp"

#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace polyauth {

// The verdicts of one trust file. At most kMaxVerdicts are kept: of two halves the
// older is dropped when the younger is full, and what is asked for moves to the
// younger. Whoever shows many certificates makes others be judged again, no more.
class VerdictCache {
public:
  // The whole certificate (DER) and the security level: nothing that two could share.
  using Key = std::string;

  // What is known and holds at this time; nullptr if nothing does.
  std::shared_ptr<const Verdict> find(const Key& key, std::int64_t now) {
    const std::lock_guard lock(mutex_);
    if (const auto at = young_.find(key); at != young_.end()) return holding(at->second, now);
    const auto at = old_.find(key);
    if (at == old_.end()) return nullptr;
    auto verdict = holding(at->second, now);
    if (verdict && young_.size() < kHalf) {
      young_.emplace(key, verdict);
      old_.erase(at);
    }
    return verdict;
  }

  void remember(const Key& key, std::shared_ptr<const Verdict> verdict) {
    Half dropped; // dies when the lock is free
    const std::lock_guard lock(mutex_);
    if (young_.size() >= kHalf) {
      dropped = std::exchange(old_, std::move(young_));
      young_.clear();
    }
    old_.erase(key);
    young_.insert_or_assign(key, std::move(verdict));
  }

  [[nodiscard]] std::size_t size() {
    const std::lock_guard lock(mutex_);
    return young_.size() + old_.size();
  }

private:
  static constexpr std::size_t kHalf = PublishedTrust::kMaxVerdicts / 2;

  using Half = std::unordered_map<Key, std::shared_ptr<const Verdict>>;

  static std::shared_ptr<const Verdict> holding(const std::shared_ptr<const Verdict>& verdict,
                                                std::int64_t now) {
    const bool holds = verdict->holds_since <= now && now <= verdict->holds_until;
    return holds ? verdict : nullptr;
  }

  std::mutex mutex_;
  Half young_;
  Half old_;
};

} // namespace polyauth
