// SPDX-License-Identifier: Apache-2.0
#include "core/same_origin.hpp"
#include "support/catch.hpp"

using polyauth::OriginHeaders;
using polyauth::sent_from;
using polyauth::SentFrom;

TEST_CASE("an origin is the scheme https and the authority of the request", "[origin]") {
  const auto* const same = GENERATE("https://portal.example.net", "https://portal.example.net:443",
                                    "https://Portal.Example.NET", "HTTPS://portal.example.net");
  CAPTURE(same);
  CHECK(sent_from({same, {}, {}}, "portal.example.net") == SentFrom::kSameOrigin);
  CHECK(sent_from({same, {}, {}}, "portal.example.net:443") == SentFrom::kSameOrigin);
  CHECK(sent_from({same, {}, {}}, "portal.example.net:8443") == SentFrom::kElsewhere);
}

TEST_CASE("every other origin is elsewhere", "[origin]") {
  const auto* const other = GENERATE(
      "null", "", "https://", "http://portal.example.net", "https://evil.example",
      "https://portal.example.net.evil.example", "https://portal.example.net:8443",
      "https://portal.example.net/", "https://portal.example.net evil", "portal.example.net");
  CAPTURE(other);
  CHECK(sent_from({other, {}, {}}, "portal.example.net") == SentFrom::kElsewhere);
}

TEST_CASE("the referer counts where there is no origin", "[origin]") {
  const auto judge = [](std::string_view referer) {
    return sent_from({std::nullopt, referer, std::nullopt}, "portal.example.net:8443");
  };
  CHECK(judge("https://portal.example.net:8443/portal?x") == SentFrom::kSameOrigin);
  CHECK(judge("https://portal.example.net:8443") == SentFrom::kSameOrigin);
  CHECK(judge("https://portal.example.net/portal") == SentFrom::kElsewhere);
  CHECK(judge("https://evil.example/https://portal.example.net:8443/") == SentFrom::kElsewhere);
  CHECK(judge("https://portal.example.net:8443@evil.example/") == SentFrom::kElsewhere);
  CHECK(judge("") == SentFrom::kElsewhere);
  CHECK(judge("h") == SentFrom::kElsewhere);
  CHECK(sent_from({"https://evil.example", "https://portal.example.net:8443/", {}},
                  "portal.example.net:8443") == SentFrom::kElsewhere);
}

TEST_CASE("what the browser says of the site is believed if it is bad", "[origin]") {
  const auto* const site = GENERATE("cross-site", "same-site", "none", "", "Same-Origin");
  CAPTURE(site);
  CHECK(sent_from({"https://a", {}, site}, "a") == SentFrom::kElsewhere);
  CHECK(sent_from({"https://a", {}, "same-origin"}, "a") == SentFrom::kSameOrigin);
  CHECK(sent_from({"https://b", {}, "same-origin"}, "a") == SentFrom::kElsewhere);
  CHECK(sent_from({{}, {}, "same-origin"}, "a") == SentFrom::kSameOrigin);
}

TEST_CASE("a program that is no browser says nothing", "[origin]") {
  CHECK(sent_from({}, "a") == SentFrom::kNotSaid);
}
