// SPDX-License-Identifier: Apache-2.0
// A file of device secrets is good or every error has its place; each secret in its
// window knows the password that it gives, and no other device's.
#include "credentials/device_secrets.hpp"
#include "fuzz/property.hpp"

#include <algorithm>
#include <set>

using namespace polyauth;
using fuzz::require;

namespace {

void check_errors(const DeviceSecrets::Parsed& parsed, std::string_view text) {
  require(parsed.errors.size() == std::min(parsed.error_count, DeviceSecrets::Parsed::kMaxReported),
          "every error is counted and twenty are kept");
  require(parsed.secrets.has_value() == (parsed.error_count == 0), "no secret of a bad file");
  for (const Diagnostic& error : parsed.errors) {
    require(error.line >= 1 && error.column >= 1 && error.column <= text.size() + 1,
            "an error has its place");
    require(!error.text.empty() && std::all_of(error.text.begin(), error.text.end(),
                                               [](char c) { return c >= 0x20 && c < 0x7f; }),
            "an error can be printed");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const auto parsed = DeviceSecrets::parse(text);
  check_errors(parsed, text);
  if (!parsed.secrets) return 0;

  const MacAddress device(0x0004f2aabbcc);
  const MacAddress other(0x0004f2aabbcd);
  std::set<std::string> ids;
  for (const DeviceSecret& secret : parsed.secrets->all()) {
    require(is_label(secret.id) && ids.insert(secret.id).second, "an id is one, and unique");
    require(text.find(secret.id + ':') != std::string_view::npos, "an id stands in the file");
    const std::int64_t now = std::max<std::int64_t>(secret.window.from, 0);
    if (!secret.window.contains(now)) continue;
    const auto current = parsed.secrets->current(device, now);
    require(current && current->text.size() == kDevicePasswordLength, "there is a password");
    require(parsed.secrets->match(device, current->text, now).has_value(), "which is known again");
    require(!parsed.secrets->match(other, current->text, now), "but not for another device");
    require(parsed.secrets->match(device, device_password(secret.bytes, device), now).has_value(),
            "every secret in its window is good");
  }
  return 0;
}
