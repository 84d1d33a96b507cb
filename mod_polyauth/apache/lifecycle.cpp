// SPDX-License-Identifier: Apache-2.0
// From the first look at a configuration to the children that serve with it.
#include "apache/boundary.hpp"
#include "apache/checks/startup_checks.hpp"
#include "apache/config.hpp"
#include "apache/files/device_secret_files.hpp"
#include "apache/files/file_check.hpp"
#include "apache/files/live_files.hpp"
#include "apache/gate/counters.hpp"
#include "apache/gate/gate.hpp"
#include "apache/gate/require_provider.hpp"
#include "apache/gate/tls_connection.hpp"
#include "apache/pages/onboarding_files.hpp"
#include "apache/pages/page.hpp"
#include "apache/passwords/onetime_provider.hpp"
#include "apache/passwords/password_provider.hpp"
#include "apache/state/last_seen.hpp"
#include "apache/state/state_access.hpp"

namespace polyauth::apache {

namespace {

// The only hook that httpd -t runs after the directives.
extern "C" int polyauth_check_config(apr_pool_t* pconf, apr_pool_t*, apr_pool_t*, server_rec* s) {
  const bool restart = is_restart();
  Globals& globals = Globals::of(pconf);
  // What was not looked through to the end is not trusted.
  globals.refuses_all = true;
  return guarded(s, restart ? OK : HTTP_INTERNAL_SERVER_ERROR, [&]() -> int {
    // What they hold has to do with what must stand around a page.
    const bool told = read_onboarding_files(globals, s, restart);
    const bool sound = check_configuration(globals, s, restart) && told;
    globals.refuses_all = false;
    // A server that runs is never ended by a mistake; what it cannot vouch for
    // it refuses.
    if (restart) return OK;
    const bool readable =
        check_files(globals, s) & check_device_secret_files(globals, s) & check_state(globals, s);
    return readable && sound ? OK : HTTP_INTERNAL_SERVER_ERROR;
  });
}

// What every request would have to find out about its virtual host otherwise.
void measure_hosts(server_rec* s) noexcept {
  for (; s != nullptr; s = s->next) {
    const auto* const core =
        static_cast<const core_server_config*>(ap_get_core_module_config(s->module_config));
    if (core->ap_document_root != nullptr) server_config(s).document_root = core->ap_document_root;
  }
}

extern "C" int polyauth_post_config(apr_pool_t* pconf, apr_pool_t*, apr_pool_t*, server_rec* s) {
  // A start reads its configuration twice; the first time only to look at it.
  if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) return OK;
  return guarded(s, is_restart() ? OK : HTTP_INTERNAL_SERVER_ERROR, [&]() -> int {
    Globals& globals = Globals::of(pconf);
    measure_hosts(s);
    globals.default_security_level = default_security_level();
    globals.has_cache = ap_find_linked_module("mod_cache.c") != nullptr;
    const apr_array_header_t* const quick_handlers = ap_hook_get_quick_handler();
    globals.has_quick_handlers =
        quick_handlers != nullptr && quick_handlers->nelts > (globals.has_expired_hooks ? 1 : 0);
    globals.answers_are_final =
        !globals.has_cache && ap_find_linked_module("mod_headers.c") == nullptr;
    prepare_pages(globals);
    prepare_counters(globals);
    if (!load_device_secret_files(globals, pconf, s)) return HTTP_INTERNAL_SERVER_ERROR;
    if (!prepare_state(globals, pconf, s) || !start_last_seen(globals, pconf, s))
      return HTTP_INTERNAL_SERVER_ERROR;
    return publish_files(globals, pconf, s) ? OK : HTTP_INTERNAL_SERVER_ERROR;
  });
}

} // namespace

} // namespace polyauth::apache

extern "C" void polyauth_register_hooks(apr_pool_t* p) {
  using namespace polyauth::apache;
  ap_hook_check_config(polyauth_check_config, nullptr, nullptr, APR_HOOK_MIDDLE);
  // Before mod_watchdog starts what is registered with it (LAST).
  ap_hook_post_config(polyauth_post_config, nullptr, nullptr, APR_HOOK_MIDDLE);
  register_connection_hooks();
  register_require_providers(p);
  register_password_provider(p);
  register_onetime_provider(p);
  register_live_file_hooks();
  register_last_seen_hooks();
  register_gate_hooks();
}
