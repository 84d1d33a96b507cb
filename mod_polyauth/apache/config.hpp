// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/httpd.hpp"
#include "core/file_lists.hpp"
#include "core/identity.hpp"
#include "core/rule_book.hpp"
#include "credentials/device_secrets.hpp"
#include "credentials/form_token.hpp"
#include "credentials/password_file.hpp"
#include "io/acl_file.hpp"
#include "pki/revocation_file.hpp"
#include "pki/trust_file.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace polyauth {
class StatusBoard;
}

namespace polyauth::apache {

// An object on a pool, destroyed with it.
template <typename T, typename... Args> T* make_on_pool(apr_pool_t* p, Args&&... args) {
  T* const object = new (apr_palloc(p, sizeof(T))) T(std::forward<Args>(args)...);
  apr_pool_cleanup_register(
      p, object,
      [](void* at) -> apr_status_t {
        static_cast<T*>(at)->~T();
        return APR_SUCCESS;
      },
      apr_pool_cleanup_null);
  return object;
}

enum class Mode : std::uint8_t { kOff, kAudit, kOn };

// PolyAuthExpiredCertificates.
enum class ExpiredCertificates : std::uint8_t { kRefuse, kListed };

// PolyAuthTrustedProxy of one virtual host. On pconf.
using TrustedProxies = std::vector<apr_ipsubnet_t*>;

// A file of the administrator that some section names; one object for each kind and
// path. On pconf.
struct NamedFile {
  const char* directive;
  const char* path;
};

// One that is followed while the server runs.
struct FollowedFile : NamedFile {
  const FileFormat* format;
  std::vector<const FollowedFile*> companions; // that it is judged by; from check_config on
  PublicationSlot* slot = nullptr;             // from post_config on; nullptr: nothing is in force
};
template <typename View> struct LiveSource : FollowedFile {
  LiveFile<View>* live = nullptr; // from post_config on; nullptr: refuse
};
using AclSource = LiveSource<PublishedAcl>;
using TrustSource = LiveSource<PublishedTrust>;
using RevocationSource = LiveSource<PublishedRevocations>;
using PasswordFile = LiveSource<PublishedPasswords>;

// One that is read at start and restart only, by the parent, which may be the only one
// that can.
struct DeviceSecretFile : NamedFile {
  const DeviceSecrets* secrets = nullptr; // from post_config on; nullptr: opens nothing
};

// PolyAuthPage.
enum class Page : std::uint8_t { kPortal, kOnboarding, kStatus };

// What the onboarding page tells; see apache/pages/onboarding_files.hpp. On pconf.
struct TemplateFile;
struct CommonPasswordFile;
struct OnboardingTemplates;

// PolyAuthState.
struct StateSetting {
  const char* path; // of an SQLite file; nullptr: mod_dbd's database
};
class StateHandle;
class LastSeen;
class FollowedFiles;

// The settings of one section; what is not set is empty. Merged setting by
// setting, the more specific section wins. Holds pointers into pconf and is
// itself trivially destructible, because httpd drops it with a pool.
struct DirConfig {
  std::optional<Mode> mode;
  const IdentityForms* identity = nullptr;
  const MatchRule* match = nullptr;
  const SharedFiles* shared = nullptr;
  const Uploads* uploads = nullptr;
  std::optional<AclSource*> acl; // nullptr inside: none
  std::optional<TrustSource*> trust;
  std::optional<RevocationSource*> revocations;
  std::optional<int> deny_status;
  std::optional<PasswordFile*> passwords;
  std::optional<DeviceSecretFile*> device_secrets;
  std::optional<UserName> user_name;
  std::optional<Page> page;
  OnboardingTemplates* onboarding_templates = nullptr;
  const char* onboarding_server = nullptr;
  std::optional<CommonPasswordFile*> onboarding_password;
  std::optional<std::int64_t> onetime_lifetime; // seconds
  std::optional<std::int64_t> onetime_window;   // seconds
  std::optional<int> onetime_attempts;
  bool is_empty = true; // no directive stands here

  static constexpr std::int64_t kDefaultOneTimeLifetime = 24 * 3600;
  static constexpr std::int64_t kDefaultOneTimeWindow = 15 * 60;
  static constexpr int kDefaultOneTimeAttempts = 5;
  [[nodiscard]] Mode effective_mode() const noexcept { return mode.value_or(Mode::kOff); }
};

// What belongs to the whole configuration and not to a section. On pconf, gone
// before the next configuration is read.
struct Globals {
  // Each kind after those that it is judged by.
  std::vector<TrustSource*> trusts;
  std::vector<RevocationSource*> revocations;
  std::vector<AclSource*> acls;
  std::vector<PasswordFile*> passwords;
  std::vector<DeviceSecretFile*> device_secrets;
  std::vector<TemplateFile*> templates;
  std::vector<CommonPasswordFile*> common_passwords;
  std::optional<apr_interval_time_t> reload_interval;

  std::optional<StateSetting> state_setting;
  // From post_config on; each child has its own copy.
  StateHandle* state = nullptr;
  LastSeen* last_seen = nullptr;
  VerifiedPairs* redeemed = nullptr; // one-time passwords that are in use

  // Virtual hosts whose governed sections refuse everything, because a restart
  // found an error that would have stopped a start.
  std::vector<const server_rec*> refused_hosts;
  bool refuses_all = false;
  // Some Alias or ScriptAlias is an expression, or VirtualScriptAlias makes it of the Host, so
  // that a request may choose its target.
  bool has_alias_expression = false;

  // Some SSLVerifyClient is optional_no_ca: a resumed session may present a certificate
  // that nobody has verified.
  bool has_optional_no_ca = false;

  // mod_cache is loaded: it must be told what not to keep.
  bool has_cache = false;

  // Somebody beside us may answer before any phase, as mod_cache does.
  bool has_quick_handlers = false;

  // No module of httpd is loaded that overwrites Cache-Control behind the handler, or that
  // keeps answers: neither mod_headers nor mod_cache.
  bool answers_are_final = false;

  // The TLS contexts of the virtual hosts with PolyAuthExpiredCertificates listed.
  std::vector<const SSL_CTX*> listed_contexts;

  // Some directive needs these hooks, and they are registered.
  bool has_expired_hooks = false;
  bool has_header_hooks = false;
  bool has_page_hooks = false;

  // Every name that some PolyAuthClientCertHeader has. While there is one, none of these
  // headers reaches anybody.
  std::vector<const char*> client_cert_headers;

  // How weak a key or signature may be where no connection says it; from post_config on.
  int default_security_level = 0;

  // Proves that a form is ours; the same for all processes, and after a restart. From
  // post_config on.
  const FormKey* form_key = nullptr;

  // Some section is a status page, so that requests are counted; the board is there from
  // post_config on.
  bool has_status_page = false;
  StatusBoard* status = nullptr;

  // What is meant where a section says nothing.
  IdentityForms default_identity;
  SharedFiles default_shared;
  Uploads default_uploads;
  MatchRule default_match;

  // Follows the files above, if there are any. From post_config on; each child has its own copy.
  FollowedFiles* followed = nullptr;

  static constexpr apr_interval_time_t kDefaultReloadInterval = 5 * APR_USEC_PER_SEC;

  Globals();
  // Made on first use; the same object for every server of a configuration.
  static Globals& of(apr_pool_t* pconf);
  [[nodiscard]] bool refuses(const server_rec* s) const noexcept {
    return refuses_all ||
           (!refused_hosts.empty() &&
            std::find(refused_hosts.begin(), refused_hosts.end(), s) != refused_hosts.end());
  }
  [[nodiscard]] bool follows_nothing() const noexcept {
    return trusts.empty() && revocations.empty() && acls.empty() && passwords.empty();
  }
};

// The settings of one virtual host.
struct ServerConfig {
  Globals* globals;
  std::optional<ExpiredCertificates> expired;
  TrustedProxies* trusted_proxies = nullptr;
  const char* client_cert_header = nullptr;
  // As it is configured, not as a request has chosen it (VirtualDocumentRoot); from
  // post_config on.
  std::string_view document_root;
};

[[nodiscard]] inline ServerConfig& server_config(const server_rec* s) noexcept {
  return *static_cast<ServerConfig*>(ap_get_module_config(s->module_config, &polyauth_module));
}

[[nodiscard]] inline Globals& globals(const server_rec* s) noexcept {
  return *server_config(s).globals;
}

// The section that httpd has merged for this request.
[[nodiscard]] inline const DirConfig& dir_config(const request_rec* r) noexcept {
  return *static_cast<const DirConfig*>(ap_get_module_config(r->per_dir_config, &polyauth_module));
}

extern "C" const command_rec polyauth_commands[];

} // namespace polyauth::apache
