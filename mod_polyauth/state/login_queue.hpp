// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mac_address.hpp"
#include "state/state_store.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace polyauth {

// The logins of a process that wait for PolyAuthState, and which ones have been here before.
// Knows no database. Bounded, and thread-safe.
class LoginQueue {
public:
  static constexpr std::size_t kMostWaiting = 4096;
  static constexpr std::size_t kMostKnown = 65536;
  // A device is noted once in so many seconds with the same label.
  static constexpr std::int64_t kInterval = 3600;

  struct Login {
    Sighting sighting;
    bool regular; // and no one-time password
  };

  // Whether this login is to be noted: not if it was, a short time ago.
  [[nodiscard]] bool is_news(const MacAddress& device, std::string_view label, std::int64_t now);

  // The newest is lost if there is no room.
  void add(Login login);

  // All that wait, oldest first.
  [[nodiscard]] std::vector<Login> take();
  // What was taken and goes on waiting, before what came since; the oldest are lost if there
  // is no room for all.
  void put_back(std::vector<Login> logins);

  // How many were lost since this was last asked.
  [[nodiscard]] std::size_t take_lost();

private:
  std::mutex mutex_;
  std::vector<Login> waiting_;
  std::map<std::pair<MacAddress, std::string>, std::int64_t> known_;
  std::size_t lost_ = 0;
};

} // namespace polyauth
