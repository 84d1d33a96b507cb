// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/state_connection.hpp"

#include <array>
#include <string_view>

// Our tables, and the little in which the databases differ.
namespace polyauth {

inline constexpr int kStateSchemaVersion = 1;

struct StateDialect {
  std::string_view driver;   // as apr_dbd calls it
  StateStatement begin;      // a transaction that is going to write
  StateStatement lock;       // within one: nobody else creates tables
  StateStatement has_schema; // a row if polyauth_schema is there
};

// nullptr for a driver that we have not tried.
[[nodiscard]] const StateDialect* state_dialect(std::string_view driver) noexcept;

// What one transaction creates, in this order.
extern const std::array<const char*, 4> kCreateState;

} // namespace polyauth
