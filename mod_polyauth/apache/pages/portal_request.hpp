// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/pages/request_body.hpp"
#include "core/mac_address.hpp"

#include <string>
#include <string_view>
#include <variant>

// What somebody asks of the portal, as it came; decides nothing.
namespace polyauth::apache {

struct PortalRequest {
  enum class Action : std::uint8_t { kIssue, kRevoke } action = Action::kIssue;
  std::string mac;   // as written, without blanks around it
  std::string token; // of a form
};

// application/x-www-form-urlencoded: the fields action, mac and token.
std::variant<PortalRequest, Refusal> parse_portal_form(std::string_view body);

// application/json: {"mac": "..."} or {"mac": "...", "revoke": true} and nothing else.
std::variant<PortalRequest, Refusal> parse_portal_json(std::string_view body);

// The device that is meant, or a sentence that says what is accepted.
std::variant<MacAddress, Refusal> parse_device(const std::string& text);

} // namespace polyauth::apache
