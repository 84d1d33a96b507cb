// SPDX-License-Identifier: Apache-2.0
#include "apache/pages/response.hpp"

#include "apache/pages/layout.hpp"

namespace polyauth::apache {

int send(request_rec* r, const Answer& answer) {
  // In the table that errors have as well: some answers are.
  const auto set = [r](const char* name, const char* value) {
    apr_table_unset(r->headers_out, name);
    apr_table_set(r->err_headers_out, name, value);
  };
  r->no_cache = 1;
  set("Cache-Control", kNotStored);
  const std::string policy = "default-src 'none'; style-src " + style_source() +
                             "; img-src data:; form-action 'self'; frame-ancestors 'none'; "
                             "base-uri 'none'";
  set("Content-Security-Policy", policy.c_str());
  set("X-Content-Type-Options", "nosniff");
  set("X-Frame-Options", "DENY");
  // Not "no-referrer": browsers would then send forms from the origin "null".
  set("Referrer-Policy", "same-origin");
  set("Cross-Origin-Resource-Policy", "same-origin");
  if (answer.allow != nullptr) set("Allow", answer.allow);
  // How far a secret shrinks beside what a client has chosen tells about the secret.
  apr_table_setn(r->subprocess_env, "no-gzip", "1");
  apr_table_setn(r->subprocess_env, "no-brotli", "1");

  r->status = answer.status;
  if (answer.status == HTTP_NO_CONTENT) return OK;
  ap_set_content_type(r, answer.content_type);
  ap_set_content_length(r, static_cast<apr_off_t>(answer.body.size()));
  ap_rwrite(answer.body.data(), static_cast<int>(answer.body.size()), r);
  return OK;
}

} // namespace polyauth::apache
