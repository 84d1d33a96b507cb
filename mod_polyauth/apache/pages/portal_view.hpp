// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/pages/html.hpp"
#include "core/mac_address.hpp"
#include "core/one_time_code.hpp"
#include "state/state_store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// The portal as a person sees it, and as a program does. Views of values; no request.
namespace polyauth::apache {

struct IssuedCode {
  MacAddress mac;
  OneTimeCode code;
  std::int64_t expires;
};

struct PortalView {
  std::string user;
  std::string token;
  std::string mac_field;                       // what was typed, if it is to be corrected
  std::string problem;                         // why nothing was done; empty: no problem
  bool mac_is_wrong = false;                   // it is the field that is to be corrected
  std::optional<IssuedCode> issued;            // just now, and never again
  std::optional<MacAddress> revoked;           // just now
  std::optional<std::vector<Pending>> pending; // nothing: they cannot be looked up
};

[[nodiscard]] Html portal_page(const PortalView& view);
// Nothing but a problem.
[[nodiscard]] Html problem_page(const std::string& problem);

[[nodiscard]] std::string json_of(const IssuedCode& issued);
[[nodiscard]] std::string json_of(const std::vector<Pending>& pending);
[[nodiscard]] std::string json_error(const std::string& text);

} // namespace polyauth::apache
