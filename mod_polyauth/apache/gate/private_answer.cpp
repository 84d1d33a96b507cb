// SPDX-License-Identifier: Apache-2.0
#include "apache/gate/private_answer.hpp"

#include "apache/config.hpp"
#include "apache/gate/gate.hpp"
#include "apache/gate/request_state.hpp"

#include <utility>

namespace polyauth::apache {

namespace {

// Whether the table holds the field as keep_private() has written it, and nothing else.
bool is_only_ours(const apr_table_t* fields) noexcept {
  const apr_array_header_t* const elements = apr_table_elts(fields);
  if (elements->nelts != 1) return false;
  const auto& only = *reinterpret_cast<const apr_table_entry_t*>(elements->elts);
  return only.key == kCacheControl && only.val == kPrivate;
}

} // namespace

void lighten_answer(request_rec* r) noexcept {
  const RequestState* const state = find_state(r);
  // What an internal redirect came from shares its fields.
  if (state == nullptr || !state->is_private || parent(r) != nullptr ||
      !globals(r->server).answers_are_final)
    return;
  if (apr_is_empty_table(r->headers_out) && is_only_ours(r->err_headers_out))
    std::swap(r->headers_out, r->err_headers_out);
}

void restore_answer(request_rec* r) {
  // A look-up has no answer of its own, and with these headers_out is sent as it is.
  if (r->main != nullptr || r->status == HTTP_NOT_MODIFIED || r->status == HTTP_NO_CONTENT) return;
  for (const request_rec* p = r; p != nullptr; p = parent(p))
    if (const RequestState* const state = find_state(p); state != nullptr && state->is_private)
      return keep_private(r);
}

} // namespace polyauth::apache
