// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "core/rule_book.hpp"

#include <memory>
#include <string>
#include <vector>

namespace polyauth::tool {

// The words behind the directives of a section; those of a section that says
// nothing to begin with.
struct SettingWords {
  std::vector<std::string> identity = {"poly"};
  std::vector<std::string> match = {"path"};
  std::vector<std::string> shared = {"poly"};
  std::vector<std::string> uploads = {"poly"};
};

// The settings of one section as the rule book takes them. Stays where it is,
// because the policy points into it.
struct SectionSettings {
  IdentityForms identity;
  SharedFiles shared;
  Uploads uploads;
  std::string query_name;
  Policy policy;

  // An error begins with the option whose words are wrong.
  static Result<std::unique_ptr<const SectionSettings>> parse(const SettingWords& words);
};

} // namespace polyauth::tool
