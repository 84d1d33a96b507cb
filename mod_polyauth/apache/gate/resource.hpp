// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"
#include "core/rule_book.hpp"

namespace polyauth::apache {

// What a request asks for, as httpd has mapped it by now. The views are into the
// request and its pool.
[[nodiscard]] Resource describe_resource(request_rec* r, Handler handler, bool from_own_file);

// Whether it is a GET, without PATH_INFO or query, of the file that its whole path names below
// the server's document root: then the path says all that describe_resource() would.
[[nodiscard]] bool reads_named_file(request_rec* r) noexcept;

} // namespace polyauth::apache
