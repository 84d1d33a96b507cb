// SPDX-License-Identifier: Apache-2.0
#include "apache/pages/page.hpp"

#include "apache/boundary.hpp"
#include "apache/pages/response.hpp"
#include "credentials/random.hpp"

#include <stdexcept>

namespace polyauth::apache {

namespace {

constexpr const char* kFormKeyName = "polyauth_form_key";

int answer(request_rec* r, Page page) {
  switch (page) {
  case Page::kPortal: return answer_portal(r);
  case Page::kOnboarding: return answer_onboarding(r);
  case Page::kStatus: return answer_status(r);
  }
  return HTTP_INTERNAL_SERVER_ERROR;
}

// Behind the gate, before everybody else: in its section nothing but the page answers.
extern "C" int polyauth_answer_page(request_rec* r) {
  const auto page = dir_config(r).page;
  if (!page) return DECLINED;
  r->no_cache = 1;
  // Also of what httpd answers because of us.
  apr_table_setn(r->err_headers_out, "Cache-Control", kNotStored);
  // Not as a part of something else, nor in its place: what httpd asks by itself has
  // neither the sender's method nor the sender's consent. Nor after a restart that has
  // found a mistake here.
  if (!ap_is_initial_req(r) || globals(r->server).refuses(r->server)) return HTTP_FORBIDDEN;
  return guarded(r, HTTP_INTERNAL_SERVER_ERROR, [&] { return answer(r, *page); });
}

// A page has no file, and nobody is to look for one.
extern "C" int polyauth_claim_page(request_rec* r) {
  if (dir_config(r).page) r->handler = "polyauth-page";
  return DECLINED;
}

} // namespace

void prepare_pages(Globals& globals) {
  // Outlives the configuration, and this load of the module.
  void* kept = ap_retained_data_get(kFormKeyName);
  if (kept == nullptr) {
    FormKey key{};
    if (const auto filled = fill_random(key); !filled) throw std::runtime_error(filled.error());
    kept = ap_retained_data_create(kFormKeyName, sizeof(FormKey));
    *static_cast<FormKey*>(kept) = key;
  }
  globals.form_key = static_cast<const FormKey*>(kept);
}

void register_page_hooks() {
  // Before mod_dir looks for something that it could serve instead.
  ap_hook_fixups(polyauth_claim_page, nullptr, nullptr, APR_HOOK_FIRST);
  // mod_proxy is FIRST, and would hand on what ProxyPass covers.
  ap_hook_handler(polyauth_answer_page, nullptr, nullptr, APR_HOOK_REALLY_FIRST + 1);
}

} // namespace polyauth::apache
