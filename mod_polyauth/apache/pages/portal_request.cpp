// SPDX-License-Identifier: Apache-2.0
#include "apache/pages/portal_request.hpp"

#include "core/ascii.hpp"
#include "core/clean_text.hpp"
#include "core/form_data.hpp"

#include <nlohmann/json.hpp>
#include <set>

namespace polyauth::apache {

namespace {

using Action = PortalRequest::Action;
using Json = nlohmann::json;

constexpr const char* kSpellings =
    "Accepted are 0004f2aabbcc, 00:04:f2:aa:bb:cc, 00-04-f2-aa-bb-cc and 0004.f2aa.bbcc.";
constexpr std::size_t kMaxQuoted = 40;

std::string_view without_blanks(std::string_view text) noexcept {
  while (!text.empty() && ascii::is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && ascii::is_blank(text.back())) text.remove_suffix(1);
  return text;
}

Refusal bad_json(const char* what) {
  return {HTTP_BAD_REQUEST,
          std::string(what) +
              R"( Accepted are {"mac": "..."} and {"mac": "...", "revoke": true}.)"};
}

// Up to kMaxQuoted bytes, and no half of a character.
std::string in_quotes(std::string_view text) {
  if (text.size() > kMaxQuoted) {
    text = text.substr(0, kMaxQuoted);
    text = text.substr(0, utf8_error(text));
  }
  return "\xe2\x80\x9c" + std::string(text) + "\xe2\x80\x9d";
}

} // namespace

std::variant<PortalRequest, Refusal> parse_portal_form(std::string_view body) {
  const auto form = FormData::parse(body);
  const auto action = form ? form->value("action") : std::nullopt;
  const auto mac = form ? form->value("mac") : std::nullopt;
  const auto token = form ? form->value("token") : std::nullopt;
  if (!action || !mac || (*action != "issue" && *action != "revoke"))
    return Refusal{HTTP_BAD_REQUEST, "This is not the form of this page. Open the page again."};
  return PortalRequest{*action == "issue" ? Action::kIssue : Action::kRevoke,
                       std::string(without_blanks(*mac)), std::string(token.value_or(""))};
}

std::variant<PortalRequest, Refusal> parse_portal_json(std::string_view body) {
  // Of the same name twice, a parser keeps the last and says nothing.
  std::set<std::string> names;
  bool is_flat = true;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::key)
      is_flat = names.insert(parsed.get<std::string>()).second && is_flat;
    else if (event == Json::parse_event_t::object_start ||
             event == Json::parse_event_t::array_start)
      is_flat = is_flat && depth == 0;
    return is_flat;
  };
  const Json json = Json::parse(body.begin(), body.end(), watch, false);
  if (!is_flat || !json.is_object()) return bad_json("This is not such a JSON object.");
  PortalRequest request;
  for (const auto& [name, value] : json.items()) {
    if (name == "mac" && value.is_string())
      request.mac = without_blanks(value.get_ref<const std::string&>());
    else if (name == "revoke" && value.is_boolean())
      request.action = value.get<bool>() ? Action::kRevoke : Action::kIssue;
    else
      return bad_json("A name or a value is not known.");
  }
  if (!json.contains("mac")) return bad_json("The name mac is missing.");
  return request;
}

std::variant<MacAddress, Refusal> parse_device(const std::string& text) {
  if (text.empty())
    return Refusal{HTTP_BAD_REQUEST,
                   std::string("Enter the MAC address of the phone. ") + kSpellings};
  const auto mac = MacAddress::parse(text);
  if (!mac)
    return Refusal{HTTP_BAD_REQUEST, in_quotes(text) + " is not a MAC address. " + kSpellings};
  if (!mac->is_unicast() || mac->is_placeholder())
    return Refusal{HTTP_BAD_REQUEST,
                   in_quotes(text) +
                       " is not the address of one phone. Copy it from the label of the "
                       "phone."};
  return *mac;
}

} // namespace polyauth::apache
