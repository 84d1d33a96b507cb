// SPDX-License-Identifier: Apache-2.0
#include "apache/pages/request_body.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace polyauth::apache {

std::variant<std::string, Refusal> read_body(request_rec* r) {
  const Refusal too_long{HTTP_REQUEST_ENTITY_TOO_LARGE,
                         "The request is too long: 4096 bytes are accepted."};
  if (const int status = ap_setup_client_block(r, REQUEST_CHUNKED_DECHUNK); status != OK)
    return Refusal{status, "The request cannot be read."};
  if (r->remaining > static_cast<apr_off_t>(kMaxBodyBytes)) return too_long;
  std::string body;
  if (!ap_should_client_block(r)) return body;
  std::array<char, 1024> piece{};
  for (;;) {
    const long got = ap_get_client_block(r, piece.data(), piece.size());
    if (got < 0) return Refusal{HTTP_BAD_REQUEST, "The request ended too early."};
    if (got == 0) return body;
    body.append(piece.data(), static_cast<std::size_t>(got));
    if (body.size() > kMaxBodyBytes) return too_long;
  }
}

std::string media_type(const request_rec* r) {
  const char* const header = apr_table_get(r->headers_in, "Content-Type");
  std::string type(header != nullptr ? header : "");
  type.resize(std::min(type.find(';'), type.size()));
  while (!type.empty() && ascii::is_blank(type.back())) type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(), ascii::to_lower);
  return type;
}

} // namespace polyauth::apache
