// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/config.hpp"
#include "apache/httpd.hpp"
#include "core/result.hpp"

// Whether the files that sections name can be used, before anything is published.
namespace polyauth::apache {

// Whether the user that the children run as can open a path; errno otherwise. Asked
// of the kernel, in a process of that user.
[[nodiscard]] int open_as_server_user(const char* path, int flags);

// Whether that user can make files in a folder; errno otherwise.
[[nodiscard]] int write_as_server_user(const char* folder);

// Runs `body` in a process of that user, which ends with it (where we are not root, in this
// one): whether it succeeded, and its error if not.
[[nodiscard]] Result<bool> run_as_server_user(Result<bool> (*body)(const char* path),
                                              const char* path);

// Reads every file as the server would, without publishing. True if all are good
// and the server's user can read them; otherwise everything found is logged.
[[nodiscard]] bool check_files(const Globals& globals, server_rec* s);

} // namespace polyauth::apache
