// SPDX-License-Identifier: Apache-2.0
#include "state/state_store.hpp"

#include "state/state_schema.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace polyauth {

namespace {

// What makes a record good at a time, which stands for four arguments: see at(). A time
// before it was issued or first used is one of a clock that was set back.
#define USABLE                                                                                     \
  "issued <= CAST(%s AS bigint) AND ((first_use IS NULL AND expires > CAST(%s AS bigint)) OR "     \
  "(first_use <= CAST(%s AS bigint) AND window_end > CAST(%s AS bigint)))"

constexpr StateStatement kVersion = {"polyauth_version", "SELECT version FROM polyauth_schema"};

constexpr StateStatement kIssue = {
    "polyauth_issue",
    "INSERT INTO polyauth_onetime (mac, hash, issued_by, issued, expires, uses, tries, counted) "
    "VALUES (%s, %s, %s, %s, %s, 0, 0, 0) ON CONFLICT (mac) DO UPDATE SET hash = excluded.hash, "
    "issued_by = excluded.issued_by, issued = excluded.issued, expires = excluded.expires, "
    "first_use = NULL, window_end = NULL, uses = 0, tries = 0, counted = 0, last_wrong = NULL, "
    "wrong_before = NULL"};

constexpr StateStatement kForget = {
    "polyauth_forget", "DELETE FROM polyauth_onetime WHERE expires < CAST(%s AS bigint) AND "
                       "(window_end IS NULL OR window_end < CAST(%s AS bigint))"};

constexpr StateStatement kPending = {
    "polyauth_pending",
    "SELECT mac, issued, expires, COALESCE(window_end, -1), issued_by FROM polyauth_onetime "
    "WHERE issued_by = %s AND " USABLE " ORDER BY issued, mac"};

constexpr StateStatement kRevoke = {
    "polyauth_revoke",
    "DELETE FROM polyauth_onetime WHERE mac = %s AND issued_by = %s RETURNING mac"};

// A try with the tag of the last one is looked at also when it is the last that is free: it
// may be the right one, with another of the same device just being looked at.
#define SAME "last_wrong = CAST(%s AS integer)"
constexpr StateStatement kTry = {
    "polyauth_try",
    "UPDATE polyauth_onetime SET tries = tries + CASE WHEN " SAME " THEN 0 ELSE 1 END, "
    "counted = CASE WHEN " SAME " THEN 0 ELSE 1 END, "
    "wrong_before = CASE WHEN " SAME " THEN wrong_before ELSE last_wrong END, "
    "last_wrong = CAST(%s AS integer) WHERE mac = %s AND (tries < CAST(%s AS integer) OR " SAME
    ") AND " USABLE " RETURNING hash, counted, tries"};
#undef SAME

constexpr StateStatement kStanding = {
    "polyauth_standing",
    "SELECT issued, expires, COALESCE(first_use, -1), COALESCE(window_end, -1), tries "
    "FROM polyauth_onetime WHERE mac = %s"};

// `uses` tells which of two servers was the first, also within one second. Only the try that
// counted takes its tag with it: others of the same password may just be looked at.
constexpr StateStatement kRedeem = {
    "polyauth_redeem",
    "UPDATE polyauth_onetime SET tries = tries - CAST(%s AS integer), "
    "last_wrong = CASE WHEN CAST(%s AS integer) = 1 THEN wrong_before ELSE last_wrong END, "
    "uses = uses + 1, first_use = COALESCE(first_use, CAST(%s AS bigint)), "
    "window_end = COALESCE(window_end, CAST(%s AS bigint)) "
    "WHERE mac = %s AND hash = %s AND " USABLE " RETURNING uses, window_end"};

constexpr StateStatement kEnd = {
    "polyauth_end",
    "UPDATE polyauth_onetime SET expires = CAST(%s AS bigint), "
    "window_end = CASE WHEN first_use IS NULL THEN NULL ELSE CAST(%s AS bigint) END "
    "WHERE mac = %s AND hash = %s AND tries >= CAST(%s AS integer) AND " USABLE " RETURNING mac"};

constexpr StateStatement kKnown = {
    "polyauth_known",
    "SELECT hash, CASE WHEN first_use IS NOT NULL AND tries < CAST(%s AS integer) AND " USABLE
    " THEN 1 ELSE 0 END FROM polyauth_onetime WHERE mac = %s"};

constexpr StateStatement kOpenWindows = {
    "polyauth_open_windows",
    "SELECT mac FROM polyauth_onetime WHERE first_use IS NOT NULL AND window_end > "
    "CAST(%s AS bigint)"};

constexpr StateStatement kEndWindow = {
    "polyauth_end_window",
    "UPDATE polyauth_onetime SET window_end = CAST(%s AS bigint) WHERE mac = %s AND "
    "window_end > CAST(%s AS bigint) AND first_use <= CAST(%s AS bigint) RETURNING mac"};

constexpr StateStatement kSeen = {
    "polyauth_seen",
    "INSERT INTO polyauth_seen (mac, label, at, certificate_until, since) VALUES (%s, %s, %s, %s, "
    "%s) ON CONFLICT (mac, label) DO UPDATE SET at = excluded.at, certificate_until = "
    "excluded.certificate_until WHERE excluded.at > polyauth_seen.at"};

constexpr StateStatement kUsage = {
    "polyauth_usage",
    "SELECT mac, label, at, certificate_until, since FROM polyauth_seen ORDER BY label, mac"};

// How long the log can be asked why a password was refused.
constexpr std::int64_t kKept = std::int64_t{30} * 24 * 3600;

std::string text(std::int64_t number) { return std::to_string(number); }

std::int64_t number(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The first error of several steps, as another Result.
template <typename T> Error error_of(const Result<T>& result) { return Error{result.error()}; }

Error malformed() { return Error{"a table of ours holds something that we have not written"}; }

Result<bool> any(const Result<StateRows>& rows) {
  if (!rows) return error_of(rows);
  return !rows->empty();
}

} // namespace

Result<std::optional<int>> StateStore::schema_version() {
  auto there = any(connection_.run(connection_.dialect().has_schema, {}));
  if (!there) return error_of(there);
  if (!*there) return std::optional<int>();
  auto rows = connection_.run(kVersion, {});
  if (!rows) return error_of(rows);
  if (rows->size() != 1) return malformed();
  return std::optional<int>(static_cast<int>(number(rows->front().at(0))));
}

Result<bool> StateStore::check_schema() {
  const auto version = schema_version();
  if (!version) return error_of(version);
  if (!*version) return false;
  if (**version != kStateSchemaVersion)
    return Error{"its tables have version " + text(**version) +
                 "; this mod_polyauth knows version " + text(kStateSchemaVersion)};
  return true;
}

Result<bool> StateStore::create_schema() {
  return connection_.transaction([this]() -> Result<bool> {
    if (auto locked = connection_.run(connection_.dialect().lock, {}); !locked)
      return error_of(locked);
    // Another process may have been faster.
    if (auto there = check_schema(); !there || *there) return there;
    for (const char* const sql : kCreateState)
      if (auto created = connection_.run(sql); !created) return error_of(created);
    return true;
  });
}

Result<bool> StateStore::ensure_schema() {
  auto there = check_schema();
  if (!there || *there) return there;
  return create_schema();
}

Result<bool> StateStore::issue(const MacAddress& mac, std::string_view hash,
                               std::string_view issued_by, std::int64_t now, std::int64_t expires) {
  auto issued = connection_.run(kIssue, {mac.to_string(), std::string(hash), std::string(issued_by),
                                         text(now), text(expires)});
  if (!issued) return error_of(issued);
  const std::string old = text(now - kKept);
  if (auto forgotten = connection_.run(kForget, {old, old}); !forgotten) return error_of(forgotten);
  return true;
}

Result<std::vector<Pending>> StateStore::pending(std::string_view issued_by, std::int64_t now) {
  const std::string skewed = text(now + kClockSkew);
  const auto rows =
      connection_.run(kPending, {std::string(issued_by), skewed, text(now), skewed, text(now)});
  if (!rows) return error_of(rows);
  std::vector<Pending> found;
  for (const StateRow& row : *rows) {
    const auto mac = MacAddress::parse(row.at(0));
    if (!mac) return malformed();
    const std::int64_t window_end = number(row.at(3));
    const bool in_use = window_end >= 0;
    found.push_back({*mac, number(row.at(1)), in_use ? window_end : number(row.at(2)),
                     in_use ? Pending::State::kInUse : Pending::State::kPending, row.at(4)});
  }
  return found;
}

Result<bool> StateStore::revoke(const MacAddress& mac, std::string_view issued_by) {
  return any(connection_.run(kRevoke, {mac.to_string(), std::string(issued_by)}));
}

Result<std::optional<Attempt>> StateStore::try_one_time(const MacAddress& mac, int tag,
                                                        std::int64_t now, int most_tries) {
  const std::string skewed = text(now + kClockSkew);
  const std::string tagged = text(tag);
  const auto rows =
      connection_.run(kTry, {tagged, tagged, tagged, tagged, mac.to_string(), text(most_tries),
                             tagged, skewed, text(now), skewed, text(now)});
  if (!rows) return error_of(rows);
  if (rows->empty()) return std::optional<Attempt>();
  const StateRow& row = rows->front();
  return std::optional<Attempt>(
      Attempt{row.at(0), number(row.at(1)) != 0,
              std::max(most_tries - static_cast<int>(number(row.at(2))), 0)});
}

Result<Standing> StateStore::standing(const MacAddress& mac, std::int64_t now, int most_tries) {
  const auto rows = connection_.run(kStanding, {mac.to_string()});
  if (!rows) return error_of(rows);
  if (rows->empty()) return Standing::kNone;
  const StateRow& row = rows->front();
  const std::int64_t first_use = number(row.at(2));
  if (std::max(number(row.at(0)), first_use) > now + kClockSkew) return Standing::kFuture;
  // It has ended by that, too.
  if (number(row.at(4)) >= most_tries) return Standing::kVoid;
  if (first_use < 0 && number(row.at(1)) <= now) return Standing::kExpired;
  return first_use >= 0 && number(row.at(3)) <= now ? Standing::kUsedUp : Standing::kUsable;
}

Result<bool> StateStore::end_void(const MacAddress& mac, const Attempt& attempt, std::int64_t now,
                                  int most_tries) {
  const std::string skewed = text(now + kClockSkew);
  return any(connection_.run(kEnd, {text(now), text(now), mac.to_string(), attempt.hash,
                                    text(most_tries), skewed, text(now), skewed, text(now)}));
}

Result<std::optional<Redemption>> StateStore::redeem(const MacAddress& mac, const Attempt& attempt,
                                                     std::int64_t now, std::int64_t window) {
  const std::string skewed = text(now + kClockSkew);
  const std::string counted = text(attempt.counted ? 1 : 0);
  const auto rows =
      connection_.run(kRedeem, {counted, counted, text(now), text(now + window), mac.to_string(),
                                attempt.hash, skewed, text(now), skewed, text(now)});
  if (!rows) return error_of(rows);
  if (rows->empty()) return std::optional<Redemption>();
  const StateRow& row = rows->front();
  return std::optional<Redemption>(Redemption{number(row.at(0)) == 1, number(row.at(1))});
}

Result<std::optional<Known>> StateStore::known(const MacAddress& mac, std::int64_t now,
                                               int most_tries) {
  const std::string skewed = text(now + kClockSkew);
  const auto rows = connection_.run(
      kKnown, {text(most_tries), skewed, text(now), skewed, text(now), mac.to_string()});
  if (!rows) return error_of(rows);
  if (rows->empty()) return std::optional<Known>();
  const StateRow& row = rows->front();
  return std::optional<Known>(Known{row.at(0), number(row.at(1)) != 0});
}

Result<std::vector<MacAddress>> StateStore::open_windows(std::int64_t now) {
  const auto rows = connection_.run(kOpenWindows, {text(now)});
  if (!rows) return error_of(rows);
  std::vector<MacAddress> found;
  for (const StateRow& row : *rows) {
    const auto mac = MacAddress::parse(row.at(0));
    if (!mac) return malformed();
    found.push_back(*mac);
  }
  return found;
}

Result<bool> StateStore::end_window(const MacAddress& mac, std::int64_t at) {
  return any(connection_.run(kEndWindow, {text(at), mac.to_string(), text(at), text(at)}));
}

Result<bool> StateStore::note_seen(std::vector<Sighting> sightings) {
  // In the same order everywhere, so that two servers do not wait for each other.
  const auto key = [](const Sighting& each) { return std::tie(each.mac, each.label); };
  std::sort(sightings.begin(), sightings.end(),
            [&](const Sighting& a, const Sighting& b) { return key(a) < key(b); });
  return connection_.transaction([&]() -> Result<bool> {
    for (const Sighting& each : sightings) {
      const auto noted = connection_.run(kSeen, {each.mac.to_string(), each.label, text(each.at),
                                                 text(each.certificate_until), text(each.at)});
      if (!noted) return error_of(noted);
    }
    return true;
  });
}

Result<std::vector<Sighting>> StateStore::usage() {
  const auto rows = connection_.run(kUsage, {});
  if (!rows) return error_of(rows);
  std::vector<Sighting> found;
  for (const StateRow& row : *rows) {
    const auto mac = MacAddress::parse(row.at(0));
    if (!mac) return malformed();
    found.push_back({*mac, row.at(1), number(row.at(2)), number(row.at(3)), number(row.at(4))});
  }
  return found;
}

} // namespace polyauth
