// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace polyauth {

// What a request says of the page that has sent it; what it does not have is empty. Not
// owned.
struct OriginHeaders {
  std::optional<std::string_view> origin;
  std::optional<std::string_view> referer;
  std::optional<std::string_view> sec_fetch_site;
};

// Whether a page of the same server has sent the request, by whichever of the three fields
// says anything: every browser of this century sends one with a POST.
enum class SentFrom : std::uint8_t { kSameOrigin, kElsewhere, kNotSaid };

// `authority` is the Host field of a request over https.
[[nodiscard]] SentFrom sent_from(const OriginHeaders& headers, std::string_view authority) noexcept;

} // namespace polyauth
