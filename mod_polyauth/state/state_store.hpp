// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mac_address.hpp"
#include "core/result.hpp"
#include "state/state_connection.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace polyauth {

// A one-time password that can still be used, or is in use.
struct Pending {
  enum class State : std::uint8_t { kPending, kInUse };
  MacAddress mac;
  std::int64_t issued;
  std::int64_t expires; // of one in use: the end of its window
  State state;
  std::string issued_by;
};

// The one-time password that a device has.
struct Known {
  std::string hash;
  bool open; // its window, and nothing wrong has made it void
};

// What a try may be compared with.
struct Attempt {
  std::string hash;
  bool counted; // as a wrong try, until redeem() takes it back
  int left;     // if it is wrong: how many more will be looked at
};

// Why there is nothing to compare with.
enum class Standing : std::uint8_t { kUsable, kNone, kFuture, kExpired, kUsedUp, kVoid };

struct Redemption {
  bool first;
  std::int64_t window_end;
};

// That a device logged in with the password of a label.
struct Sighting {
  MacAddress mac;
  std::string label;
  std::int64_t at;                // last time
  std::int64_t certificate_until; // 0: not known
  std::int64_t since = 0;         // first time; note_seen() does not look at it
};

// The statements on one connection; times in seconds since the epoch. Not thread-safe: the
// caller holds the connection for itself. An error leaves the connection usable for
// whoever comes next.
class StateStore {
public:
  // Servers that share a database may differ by this much in what time it is.
  static constexpr std::int64_t kClockSkew = 60;

  explicit StateStore(const StateConnection& connection) : connection_(connection) {}

  // Connects anew if the server has gone away since the last use.
  Result<bool> revive() { return connection_.revive(); }

  // Creates what is missing, in one transaction; safe when several processes and servers
  // do it at once. A version newer than ours is an error.
  Result<bool> ensure_schema();
  // The same without creating anything: false if there is nothing yet.
  Result<bool> check_schema();

  // Replaces the one-time password that the device has, if any.
  Result<bool> issue(const MacAddress& mac, std::string_view hash, std::string_view issued_by,
                     std::int64_t now, std::int64_t expires);
  Result<std::vector<Pending>> pending(std::string_view issued_by, std::int64_t now);
  // False: nothing of this person's to revoke.
  Result<bool> revoke(const MacAddress& mac, std::string_view issued_by);

  // Counts a wrong try, unless the last wrong one had the same tag, and gives what to
  // compare with, in one statement; nullopt if nothing is usable.
  Result<std::optional<Attempt>> try_one_time(const MacAddress& mac, int tag, std::int64_t now,
                                              int most_tries);
  // Why there was nothing.
  Result<Standing> standing(const MacAddress& mac, std::int64_t now, int most_tries);
  // The try was right: takes it back, and opens the window if it was the first, in one
  // statement. nullopt if it is no longer usable.
  Result<std::optional<Redemption>> redeem(const MacAddress& mac, const Attempt& attempt,
                                           std::int64_t now, std::int64_t window);
  // The try was wrong, and the last that is free: what was issued has ended, and is not pending
  // any more. False: it has not, because another try was right meanwhile.
  Result<bool> end_void(const MacAddress& mac, const Attempt& attempt, std::int64_t now,
                        int most_tries);
  // What there is of the device, good or not; counts nothing.
  Result<std::optional<Known>> known(const MacAddress& mac, std::int64_t now, int most_tries);
  // The devices that have one.
  Result<std::vector<MacAddress>> open_windows(std::int64_t now);
  // Of a login at that time, which ends a window that was open by then. False: there was
  // none.
  Result<bool> end_window(const MacAddress& mac, std::int64_t at);

  // In one transaction.
  Result<bool> note_seen(std::vector<Sighting> sightings);
  // The last one of each device and label, by label and device.
  Result<std::vector<Sighting>> usage();

private:
  Result<std::optional<int>> schema_version();
  Result<bool> create_schema();

  StateConnection connection_;
};

} // namespace polyauth
