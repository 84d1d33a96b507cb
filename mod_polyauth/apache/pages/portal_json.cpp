// SPDX-License-Identifier: Apache-2.0
#include "apache/pages/portal_view.hpp"
#include "core/utc_time.hpp"

#include <nlohmann/json.hpp>

namespace polyauth::apache {

namespace {

using Json = nlohmann::ordered_json;

// What is no UTF-8, which only a client can have sent, is replaced.
std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace

std::string json_of(const IssuedCode& issued) {
  return text_of({{"mac", issued.mac.to_string()},
                  {"password", issued.code.digits()},
                  {"expires", utc_text(issued.expires)}});
}

std::string json_of(const std::vector<Pending>& pending) {
  Json rows = Json::array();
  for (const Pending& each : pending)
    rows.push_back({{"mac", each.mac.to_string()},
                    {"issued", utc_text(each.issued)},
                    {"expires", utc_text(each.expires)},
                    {"state", each.state == Pending::State::kInUse ? "in-use" : "pending"}});
  return text_of({{"pending", std::move(rows)}});
}

std::string json_error(const std::string& text) { return text_of({{"error", text}}); }

} // namespace polyauth::apache
