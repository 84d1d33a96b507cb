// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"

namespace polyauth::apache {

// Whether the user name or password that was sent (Basic) holds a NUL, which httpd takes for
// their end: what follows it would count for nothing. If so, says it in the log (PA4001); a
// provider then answers AUTH_DENIED.
[[nodiscard]] bool refuse_nul(request_rec* r);

} // namespace polyauth::apache
