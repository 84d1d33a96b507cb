// SPDX-License-Identifier: Apache-2.0
#include "state/state_schema.hpp"

#include <algorithm>
#include <iterator>

namespace polyauth {

namespace {

constexpr StateDialect kDialects[] = {
    // IMMEDIATE: a transaction that begins to write half-way through cannot wait for others.
    // It is lock enough.
    {"sqlite3",
     {"polyauth_begin", "BEGIN IMMEDIATE"},
     {"polyauth_lock", "SELECT 1"},
     {"polyauth_has_schema",
      "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'polyauth_schema'"}},
    // CREATE TABLE fails in PostgreSQL if another session is about to do the same. The number
    // spells "polyauth".
    {"pgsql",
     {"polyauth_begin", "BEGIN"},
     {"polyauth_lock", "SELECT pg_advisory_xact_lock(8101811350395449448)"},
     // Not by to_regclass: it remembers, past the lock, that the table was not there.
     {"polyauth_has_schema", "SELECT 1 FROM pg_catalog.pg_class WHERE relname = "
                             "'polyauth_schema' AND pg_catalog.pg_table_is_visible(oid)"}},
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
