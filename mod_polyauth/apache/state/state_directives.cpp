// SPDX-License-Identifier: Apache-2.0
#include "apache/state/state_directives.hpp"

#include "apache/config.hpp"
#include "apache/setter.hpp"

#include <charconv>

namespace polyauth::apache {

namespace {

constexpr apr_interval_time_t kSecond = APR_USEC_PER_SEC;

// A setter for whole seconds.
const char* set_seconds(cmd_parms* cmd, std::optional<std::int64_t>& member, const char* word,
                        apr_interval_time_t most, const char* range) {
  return setter(cmd, [&]() -> const char* {
    const auto found = duration(word, kSecond, most, range);
    if (!found) return complain(cmd, found.error());
    member = *found / kSecond;
    return nullptr;
  });
}

} // namespace

// For the whole server: a one-time password that two virtual hosts kept in two places could
// be used in both, and a login in one would not end its window in the other.
const char* set_state(cmd_parms* cmd, void*, const char* word) noexcept {
  return setter(cmd, [&]() -> const char* {
    if (const char* const context = ap_check_cmd_context(cmd, GLOBAL_ONLY); context != nullptr)
      return context;
    auto& setting = Globals::of(cmd->pool).state_setting;
    if (std::strcmp(word, "dbd") == 0) {
      setting = StateSetting{nullptr};
      return nullptr;
    }
    const std::string seen = std::string("\"") + word + "\"";
    if (ascii::equal_ignoring_case(word, "dbd"))
      return complain(cmd, seen + " is not accepted; write dbd");
    const char* const path = *word != '\0' ? ap_server_root_relative(cmd->pool, word) : nullptr;
    if (path == nullptr)
      return complain(cmd, seen + " is not a path; accepted are the path of a file, and dbd");
    setting = StateSetting{path};
    return nullptr;
  });
}

const char* set_onetime_lifetime(cmd_parms* cmd, void* config, const char* word) noexcept {
  return set_seconds(cmd, section(config).onetime_lifetime, word, 720 * 3600 * kSecond,
                     "1s to 720h");
}

const char* set_onetime_window(cmd_parms* cmd, void* config, const char* word) noexcept {
  return set_seconds(cmd, section(config).onetime_window, word, 24 * 3600 * kSecond, "1s to 24h");
}

const char* set_onetime_attempts(cmd_parms* cmd, void* config, const char* word) noexcept {
  return setter(cmd, [&]() -> const char* {
    constexpr int kMost = 100;
    const std::string_view text = word;
    int count = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || count < 1 ||
        count > kMost)
      return complain(cmd, "\"" + std::string(text) +
                               "\" is not accepted; write a number from 1 to " +
                               std::to_string(kMost));
    section(config).onetime_attempts = count;
    return nullptr;
  });
}

} // namespace polyauth::apache
