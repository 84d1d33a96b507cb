// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/config.hpp"
#include "apache/httpd.hpp"
#include "core/name_pattern.hpp"
#include "core/onboarding_template.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The files of the onboarding page: read by the parent, as root where it is root, at start
// and restart; the children inherit what it has read and need not be able to.
namespace polyauth::apache {

struct TemplateFile : NamedFile {
  std::optional<OnboardingTemplate> text; // from check_config on; nothing: answers for no name
};

// PolyAuthOnboardingPasswordFile.
struct CommonPassword {
  std::string user;
  std::string password;
};
struct CommonPasswordFile : NamedFile {
  std::optional<CommonPassword> account; // from check_config on; nothing: no phone is told
};

// PolyAuthOnboardingTemplate of one section, in their order.
struct OnboardingTemplates {
  struct Row {
    NamePattern name;
    const TemplateFile* file;
  };
  std::vector<Row> list;

  // The first whose pattern has the name, for this device; nullptr: none.
  [[nodiscard]] const TemplateFile* find(std::string_view name, const MacAddress& device) const;
};

// Reads them all, and says what is wrong: at emerg, at a restart at crit. False if something
// is, and then a start must fail.
[[nodiscard]] bool read_onboarding_files(Globals& globals, server_rec* s, bool restart);

} // namespace polyauth::apache
