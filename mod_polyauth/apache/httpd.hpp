// SPDX-License-Identifier: Apache-2.0
#pragma once

// The only file that includes httpd's headers: several lack extern "C", some
// depend on their order, and the macros of command tables need help under g++.
// clang-format off
extern "C" {
#include "ap_config.h"
// Plain AP_INIT_* needs it; httpd does not expect it of g++.
#ifndef AP_HAVE_DESIGNATED_INITIALIZER
#define AP_HAVE_DESIGNATED_INITIALIZER
#endif
#include "httpd.h"
#include "http_config.h"
#include "http_connection.h"
#include "http_core.h"
#include "http_log.h"
#include "http_main.h"
#include "http_protocol.h"
#include "http_request.h"
#include "http_ssl.h"
#include "ap_mpm.h"
#include "ap_provider.h"
#include "apr_dbd.h"
#include "apr_hooks.h"
#include "apr_optional.h"
#include "apr_strings.h"
#include "mod_auth.h"
#include "mod_dbd.h"
#include "mod_ssl_openssl.h"
#include "mod_watchdog.h"
#include "unixd.h"
#include "util_filter.h"
}
// clang-format on

// ap_ssl_var_lookup
#if !AP_MODULE_MAGIC_AT_LEAST(20120211, 102)
#error "mod_polyauth needs Apache httpd 2.4.47 or later"
#endif

extern "C" {
APLOG_USE_MODULE(polyauth);
}
