// SPDX-License-Identifier: Apache-2.0
#include "apache/config.hpp"

#include <stdexcept>
#include <type_traits>

namespace polyauth::apache {

static_assert(std::is_trivially_destructible_v<DirConfig>);
static_assert(std::is_trivially_destructible_v<ServerConfig>);

namespace {

constexpr const char* kGlobalsKey = "polyauth::apache::Globals";

template <typename List> List poly() {
  constexpr std::string_view kPoly[] = {"poly"};
  auto parsed = List::parse(kPoly);
  if (!parsed) throw std::logic_error(parsed.error());
  return std::move(*parsed);
}

} // namespace

Globals::Globals()
    : default_identity(poly<IdentityForms>()), default_shared(poly<SharedFiles>()),
      default_uploads(poly<Uploads>()) {}

Globals& Globals::of(apr_pool_t* pconf) {
  void* found = nullptr;
  apr_pool_userdata_get(&found, kGlobalsKey, pconf);
  if (found == nullptr) {
    found = make_on_pool<Globals>(pconf);
    apr_pool_userdata_setn(found, kGlobalsKey, nullptr, pconf);
  }
  return *static_cast<Globals*>(found);
}

} // namespace polyauth::apache

using polyauth::apache::DirConfig;
using polyauth::apache::ServerConfig;

extern "C" void* polyauth_create_dir_config(apr_pool_t* p, char*) {
  return new (apr_palloc(p, sizeof(DirConfig))) DirConfig();
}

extern "C" void* polyauth_create_server_config(apr_pool_t* p, server_rec*) {
  return new (apr_palloc(p, sizeof(ServerConfig)))
      ServerConfig{&polyauth::apache::Globals::of(p), {}, nullptr, nullptr, {}};
}

extern "C" void* polyauth_merge_server_config(apr_pool_t* p, void* base_config, void* add_config) {
  const auto& base = *static_cast<const ServerConfig*>(base_config);
  auto* const merged = new (apr_palloc(p, sizeof(ServerConfig)))
      ServerConfig(*static_cast<ServerConfig*>(add_config));
  if (!merged->expired) merged->expired = base.expired;
  if (merged->trusted_proxies == nullptr) merged->trusted_proxies = base.trusted_proxies;
  if (merged->client_cert_header == nullptr) merged->client_cert_header = base.client_cert_header;
  return merged;
}

// Runs in every request, for every section that matches: no copy without need.
extern "C" void* polyauth_merge_dir_config(apr_pool_t* p, void* base_config, void* add_config) {
  const auto& base = *static_cast<const DirConfig*>(base_config);
  const auto& add = *static_cast<const DirConfig*>(add_config);
  if (add.is_empty) return base_config;
  if (base.is_empty) return add_config;
  auto* const merged = new (apr_palloc(p, sizeof(DirConfig))) DirConfig(add);
  if (!merged->mode) merged->mode = base.mode;
  if (merged->identity == nullptr) merged->identity = base.identity;
  if (merged->match == nullptr) merged->match = base.match;
  if (merged->shared == nullptr) merged->shared = base.shared;
  if (merged->uploads == nullptr) merged->uploads = base.uploads;
  if (!merged->acl) merged->acl = base.acl;
  if (!merged->trust) merged->trust = base.trust;
  if (!merged->revocations) merged->revocations = base.revocations;
  if (!merged->deny_status) merged->deny_status = base.deny_status;
  if (!merged->passwords) merged->passwords = base.passwords;
  if (!merged->device_secrets) merged->device_secrets = base.device_secrets;
  if (!merged->user_name) merged->user_name = base.user_name;
  if (!merged->page) merged->page = base.page;
  if (merged->onboarding_templates == nullptr)
    merged->onboarding_templates = base.onboarding_templates;
  if (merged->onboarding_server == nullptr) merged->onboarding_server = base.onboarding_server;
  if (!merged->onboarding_password) merged->onboarding_password = base.onboarding_password;
  if (!merged->onetime_lifetime) merged->onetime_lifetime = base.onetime_lifetime;
  if (!merged->onetime_window) merged->onetime_window = base.onetime_window;
  if (!merged->onetime_attempts) merged->onetime_attempts = base.onetime_attempts;
  return merged;
}
