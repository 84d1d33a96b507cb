// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"
#include "core/rule_book.hpp"

namespace polyauth::apache {

// What a request asks for, as httpd has mapped it by now. The views are into the
// request and its pool.
[[nodiscard]] Resource describe_resource(request_rec* r, Handler handler, bool from_own_file);

} // namespace polyauth::apache
