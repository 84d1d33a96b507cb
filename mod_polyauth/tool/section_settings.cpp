// SPDX-License-Identifier: Apache-2.0
#include "tool/section_settings.hpp"

#include <string_view>
#include <utility>

namespace polyauth::tool {

namespace {

using Words = std::vector<std::string>;

template <typename List> Result<List> parse_list(const Words& words) {
  const std::vector<std::string_view> views(words.begin(), words.end());
  return List::parse(views);
}

} // namespace

Result<std::unique_ptr<const SectionSettings>> SectionSettings::parse(const SettingWords& words) {
  auto identity = parse_list<IdentityForms>(words.identity);
  if (!identity) return Error{"--identity: " + identity.error()};
  auto match = parse_list<MatchRule>(words.match);
  if (!match) return Error{"--match: " + match.error()};
  auto shared = parse_list<SharedFiles>(words.shared);
  if (!shared) return Error{"--shared: " + shared.error()};
  auto uploads = parse_list<Uploads>(words.uploads);
  if (!uploads) return Error{"--uploads: " + uploads.error()};

  auto settings = std::make_unique<SectionSettings>(SectionSettings{
      std::move(*identity), std::move(*shared), std::move(*uploads), match->query_name, {}});
  settings->policy = {match->match, settings->query_name, &settings->shared, &settings->uploads};
  return std::unique_ptr<const SectionSettings>(std::move(settings));
}

} // namespace polyauth::tool
