// SPDX-License-Identifier: Apache-2.0
#include "core/same_origin.hpp"

#include "core/ascii.hpp"

namespace polyauth {

namespace {

constexpr std::string_view kScheme = "https://";

std::string_view without_default_port(std::string_view authority) noexcept {
  constexpr std::string_view kPort = ":443";
  return authority.ends_with(kPort) ? authority.substr(0, authority.size() - kPort.size())
                                    : authority;
}

bool is_same(std::string_view origin, std::string_view authority) noexcept {
  return origin.size() > kScheme.size() &&
         ascii::equal_ignoring_case(origin.substr(0, kScheme.size()), kScheme) &&
         ascii::equal_ignoring_case(without_default_port(origin.substr(kScheme.size())),
                                    without_default_port(authority));
}

// Scheme and authority of a URL.
std::string_view origin_of(std::string_view url) noexcept {
  return url.substr(0, url.find_first_of("/?#", kScheme.size()));
}

} // namespace

SentFrom sent_from(const OriginHeaders& headers, std::string_view authority) noexcept {
  // A person who opens an address by hand sends no POST, so that "none" is not accepted.
  if (headers.sec_fetch_site && *headers.sec_fetch_site != "same-origin")
    return SentFrom::kElsewhere;
  if (headers.origin)
    return is_same(*headers.origin, authority) ? SentFrom::kSameOrigin : SentFrom::kElsewhere;
  if (headers.referer)
    return headers.referer->size() > kScheme.size() &&
                   is_same(origin_of(*headers.referer), authority)
               ? SentFrom::kSameOrigin
               : SentFrom::kElsewhere;
  return headers.sec_fetch_site ? SentFrom::kSameOrigin : SentFrom::kNotSaid;
}

} // namespace polyauth
