// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace polyauth {

// A client's request as a log tells of it.
struct LoggedRequest {
  std::string method; // all are empty if the client sent no request line
  std::string path;   // decoded once; without host and query
  std::string query;  // as it was sent
};

// Reads what httpd writes for %r, without the quotes: '"', '\' and what is not
// printable are escaped in it, and any text may be.
[[nodiscard]] LoggedRequest read_logged_request(std::string_view text);

} // namespace polyauth
