// SPDX-License-Identifier: Apache-2.0
#include "state/state_schema.hpp"

#include <algorithm>
#include <iterator>

namespace polyauth {

namespace {

constexpr StateDialect kDialects[] = {
    // IMMEDIATE: a transaction that begins to write half-way through cannot wait for others.
    {"sqlite3", "BEGIN IMMEDIATE", nullptr,
     "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'polyauth_schema'"},
    // CREATE TABLE IF NOT EXISTS fails in PostgreSQL if another session is about to do the
    // same. The number spells "polyauth".
    {"pgsql", "BEGIN", "SELECT pg_advisory_xact_lock(8101811350395449448)",
     "SELECT 1 WHERE to_regclass('polyauth_schema') IS NOT NULL"},
};

} // namespace

const StateDialect* state_dialect(std::string_view driver) noexcept {
  const auto* const found =
      std::find_if(std::begin(kDialects), std::end(kDialects),
                   [driver](const StateDialect& dialect) { return dialect.driver == driver; });
  return found != std::end(kDialects) ? found : nullptr;
}

// Times are seconds since the epoch. In polyauth_onetime `tries` counts wrong ones, and for
// as long as it is looked at also a right one; `last_wrong` is a tag of the last, too short
// to recover anything from, and `wrong_before` the one that a right try gives back.
const std::array<const char*, 4> kCreateState = {
    "CREATE TABLE polyauth_schema (version integer NOT NULL)",
    "CREATE TABLE polyauth_onetime ("
    "mac varchar(12) NOT NULL PRIMARY KEY, hash text NOT NULL, issued bigint NOT NULL, "
    "issued_by text NOT NULL, expires bigint NOT NULL, first_use bigint, window_end bigint, "
    "uses integer NOT NULL, tries integer NOT NULL, counted integer NOT NULL, "
    "last_wrong integer, wrong_before integer)",
    "CREATE TABLE polyauth_seen ("
    "mac varchar(12) NOT NULL, label text NOT NULL, at bigint NOT NULL, "
    "certificate_until bigint NOT NULL, since bigint NOT NULL, PRIMARY KEY (mac, label))",
    "INSERT INTO polyauth_schema (version) VALUES (1)",
};

} // namespace polyauth
