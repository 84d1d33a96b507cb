// SPDX-License-Identifier: Apache-2.0
#include "state/login_queue.hpp"

#include <algorithm>
#include <iterator>

namespace polyauth {

bool LoginQueue::is_news(const MacAddress& device, std::string_view label, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  auto& last = known_[{device, std::string(label)}];
  if (last != 0 && now >= last && now < last + kInterval) return false;
  if (known_.size() > kMostKnown) {
    known_.clear();
    return true;
  }
  last = now;
  return true;
}

void LoginQueue::add(Login login) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() < kMostWaiting)
    waiting_.push_back(std::move(login));
  else
    ++lost_;
}

std::vector<LoginQueue::Login> LoginQueue::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {});
}

void LoginQueue::put_back(std::vector<Login> logins) {
  const std::lock_guard lock(mutex_);
  const std::size_t room = kMostWaiting - std::min(waiting_.size(), kMostWaiting);
  const std::size_t too_many = logins.size() - std::min(room, logins.size());
  lost_ += too_many;
  logins.erase(logins.begin(), logins.begin() + static_cast<std::ptrdiff_t>(too_many));
  waiting_.insert(waiting_.begin(), std::make_move_iterator(logins.begin()),
                  std::make_move_iterator(logins.end()));
}

std::size_t LoginQueue::take_lost() {
  const std::lock_guard lock(mutex_);
  return std::exchange(lost_, 0);
}

} // namespace polyauth
