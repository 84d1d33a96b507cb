// SPDX-License-Identifier: Apache-2.0
#include "apache/passwords/sent_login.hpp"

#include "apache/messages.hpp"

#include <cstring>

extern "C" {
#include "apr_base64.h"
}

namespace polyauth::apache {

namespace {

bool holds_nul(const request_rec* r) {
  const char* header = apr_table_get(
      r->headers_in, r->proxyreq == PROXYREQ_PROXY ? "Proxy-Authorization" : "Authorization");
  if (header == nullptr) return false;
  const char* const scheme = ap_getword(r->pool, &header, ' ');
  if (ap_cstr_casecmp(scheme, "Basic") != 0) return false;
  header += std::strspn(header, " \t");
  char* const decoded = static_cast<char*>(
      apr_palloc(r->pool, static_cast<apr_size_t>(apr_base64_decode_len(header)) + 1));
  const int length = apr_base64_decode(decoded, header);
  return length > 0 && std::memchr(decoded, '\0', static_cast<std::size_t>(length)) != nullptr;
}

} // namespace

bool refuse_nul(request_rec* r) {
  if (!holds_nul(r)) return false;
  ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r,
                PA4001 "the user name or password holds a NUL and is refused");
  return true;
}

} // namespace polyauth::apache
