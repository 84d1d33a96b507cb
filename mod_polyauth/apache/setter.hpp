// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/boundary.hpp"
#include "apache/config.hpp"
#include "apache/httpd.hpp"
#include "core/ascii.hpp"
#include "core/result.hpp"

#include <cstring>
#include <string>
#include <string_view>
#include <utility>

// What the setters of directives have in common.
namespace polyauth::apache {

// "<directive>: <what is wrong>", on the pool of the configuration.
inline const char* complain(const cmd_parms* cmd, std::string_view what) {
  return apr_pstrcat(cmd->pool, cmd->cmd->name, ": ",
                     apr_pstrmemdup(cmd->pool, what.data(), what.size()), nullptr);
}

// Runs the body of a setter; refuses <Limit> and .htaccess, and exceptions.
template <typename Body> const char* setter(cmd_parms* cmd, Body&& body) noexcept {
  const char* const context = ap_check_cmd_context(cmd, NOT_IN_LIMIT | NOT_IN_HTACCESS);
  if (context != nullptr) return context;
  return guarded<const char*>(
      "mod_polyauth: out of memory or an internal error", [](const char*) {}, body);
}

// The settings of the section that a directive stands in, to be written to.
inline DirConfig& section(void* config) noexcept {
  auto& settings = *static_cast<DirConfig*>(config);
  settings.is_empty = false;
  return settings;
}

// Registers hooks that a directive needs: most servers do without, and each hook costs
// every request. httpd sorts its hooks again when it has read the configuration.
inline void add_hooks(void (*register_hooks)(), bool& are_there) noexcept {
  if (std::exchange(are_there, true)) return;
  // By this name other modules may refer to them.
  const char* const module_at_work = std::exchange(apr_hook_debug_current, "mod_polyauth.c");
  register_hooks();
  apr_hook_debug_current = module_at_work;
}

// The absolute path, or nullptr for none.
inline Result<const char*> path_or_none(const cmd_parms* cmd, const char* word) {
  const auto complaint = [word](std::string_view text) {
    return Error{"\"" + std::string(word) + "\" is not " + std::string(text)};
  };
  if (std::strcmp(word, "none") == 0) return static_cast<const char*>(nullptr);
  if (ascii::equal_ignoring_case(word, "none")) return complaint("accepted; write none");
  const char* const path = *word != '\0' ? ap_server_root_relative(cmd->pool, word) : nullptr;
  if (path == nullptr) return complaint("a path; accepted are a path and none");
  return path;
}

// A duration in a range that is written as `range`, as in "1s to 1h".
inline Result<apr_interval_time_t> duration(const char* word, apr_interval_time_t least,
                                            apr_interval_time_t most, const char* range) {
  const std::string seen = std::string("\"") + word + "\"";
  if (*word == '\0' || ascii::is_digit(word[std::strlen(word) - 1]))
    return Error{seen + " has no unit; write a number and s, min or h, as in 10s"};
  // httpd looks at the first letters of a unit only.
  const std::string_view unit = std::string_view(word).substr(std::strspn(word, "0123456789"));
  const bool known = unit == "ms" || unit == "s" || unit == "min" || unit == "h";
  apr_interval_time_t found = 0;
  if (!known || !ascii::is_digit(*word) ||
      ap_timeout_parameter_parse(word, &found, "s") != APR_SUCCESS)
    return Error{seen + " is no duration; write a number and s, min or h, as in 10s"};
  if (found < least || found > most) return Error{seen + " is out of range; accepted are " + range};
  return found;
}

} // namespace polyauth::apache
