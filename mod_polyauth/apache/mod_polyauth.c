// SPDX-License-Identifier: Apache-2.0
// The module record and nothing else. It is C and has this name because
// <IfModule mod_polyauth.c> and hook orders compare the base name of __FILE__.
#include "httpd.h"
#include "http_config.h"

void* polyauth_create_dir_config(apr_pool_t* p, char* dir);
void* polyauth_merge_dir_config(apr_pool_t* p, void* base, void* add);
void* polyauth_create_server_config(apr_pool_t* p, server_rec* s);
void* polyauth_merge_server_config(apr_pool_t* p, void* base, void* add);
extern const command_rec polyauth_commands[];
void polyauth_register_hooks(apr_pool_t* p);

// Everything else is hidden, so that the server can unload the module at a
// restart; AP_MODULE_DECLARE_DATA is empty on Linux.
__attribute__((visibility("default"))) AP_DECLARE_MODULE(polyauth) = {
    STANDARD20_MODULE_STUFF,
    polyauth_create_dir_config,
    polyauth_merge_dir_config,
    polyauth_create_server_config,
    polyauth_merge_server_config,
    polyauth_commands,
    polyauth_register_hooks,
    0,
};
