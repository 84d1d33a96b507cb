// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"

// Where "Cache-Control: private" stands until an answer is sent.
namespace polyauth::apache {

inline constexpr char kCacheControl[] = "Cache-Control";
inline constexpr char kPrivate[] = "private";

// keep_private() puts the field where it survives whatever becomes of the request:
// err_headers_out. To bring that together with headers_out, httpd makes a third table, which
// costs as much as half of our decision. When httpd's own file handler is about to answer,
// and no module is there that would overwrite the field behind it, it may stand in
// headers_out from now on.
void lighten_answer(request_rec* r) noexcept;

// Another answer takes the place of the one that there was to be: httpd has dropped the
// field with that, or is about to. What comes instead keeps it.
void restore_answer(request_rec* r);

} // namespace polyauth::apache
