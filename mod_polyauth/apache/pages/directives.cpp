// SPDX-License-Identifier: Apache-2.0
#include "apache/pages/directives.hpp"

#include "apache/config.hpp"
#include "apache/pages/onboarding_files.hpp"
#include "apache/pages/page.hpp"
#include "apache/setter.hpp"
#include "core/ascii.hpp"

#include <algorithm>

namespace polyauth::apache {

namespace {

// The one object of the configuration for a path; made on first use.
template <typename File>
File* file_at(const cmd_parms* cmd, std::vector<File*>& files, const char* path) {
  for (File* const file : files)
    if (std::strcmp(file->path, path) == 0) return file;
  files.push_back(make_on_pool<File>(cmd->pool, File{{cmd->cmd->name, path}, {}}));
  return files.back();
}

// A provider with settings of its own: what they say would hold wherever it is asked.
bool is_in_provider(const cmd_parms* cmd) {
  const ap_directive_t* const around = cmd->directive->parent;
  return around != nullptr && ascii::equal_ignoring_case(around->directive, "<AuthnProviderAlias");
}

// A phone goes there with its certificate, and takes what a URL holds as it stands.
bool is_server_url(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  return url.starts_with(kScheme) && url.size() > kScheme.size() && url[kScheme.size()] != '/' &&
         std::all_of(url.begin(), url.end(), [](char c) {
           return c > ' ' && c < '\x7f' &&
                  std::string_view("%\"<>\\").find(c) == std::string_view::npos;
         });
}

} // namespace

const char* set_page(cmd_parms* cmd, void* config, const char* word) noexcept {
  return setter(cmd, [&]() -> const char* {
    if (is_in_provider(cmd))
      return complain(cmd,
                      "it is not accepted within <AuthnProviderAlias>; write it in the section "
                      "that is the page");
    if (std::strcmp(word, "portal") == 0)
      section(config).page = Page::kPortal;
    else if (std::strcmp(word, "onboarding") == 0)
      section(config).page = Page::kOnboarding;
    else if (std::strcmp(word, "status") == 0)
      section(config).page = Page::kStatus;
    else
      return complain(cmd, "\"" + std::string(word) +
                               "\" is not a page; accepted are portal, onboarding and status");
    Globals& globals = Globals::of(cmd->pool);
    add_hooks(register_page_hooks, globals.has_page_hooks);
    globals.has_status_page = globals.has_status_page || section(config).page == Page::kStatus;
    return nullptr;
  });
}

const char* set_onboarding_template(cmd_parms* cmd, void* config, const char* pattern,
                                    const char* path) noexcept {
  return setter(cmd, [&]() -> const char* {
    auto name =
        NamePattern::parse(pattern, NamePattern::Case::kIgnored, NamePattern::Token::kDevice);
    if (!name) return complain(cmd, name.error());
    const char* const absolute = ap_server_root_relative(cmd->pool, path);
    if (absolute == nullptr) return complain(cmd, "\"" + std::string(path) + "\" is not a path");
    auto& templates = section(config).onboarding_templates;
    if (templates == nullptr) templates = make_on_pool<OnboardingTemplates>(cmd->pool);
    templates->list.push_back(
        {std::move(*name), file_at(cmd, Globals::of(cmd->pool).templates, absolute)});
    return nullptr;
  });
}

const char* set_onboarding_server(cmd_parms* cmd, void* config, const char* word) noexcept {
  return setter(cmd, [&]() -> const char* {
    if (std::strchr(word, '@') != nullptr) // nor is it repeated: what stands before may be secret
      return complain(cmd, "a user or password in the address is not accepted; they are {user} and "
                           "{password}");
    if (!is_server_url(word))
      return complain(cmd, "\"" + std::string(word) +
                               "\" is not the address of a provisioning server; accepted is "
                               "https:// and what follows, without blanks, % and quotes, as in "
                               "https://provisioning.example.net/phones");
    section(config).onboarding_server = word;
    return nullptr;
  });
}

const char* set_onboarding_password_file(cmd_parms* cmd, void* config, const char* word) noexcept {
  return setter(cmd, [&]() -> const char* {
    const auto path = path_or_none(cmd, word);
    if (!path) return complain(cmd, path.error());
    section(config).onboarding_password =
        *path != nullptr ? file_at(cmd, Globals::of(cmd->pool).common_passwords, *path) : nullptr;
    return nullptr;
  });
}

} // namespace polyauth::apache
