// SPDX-License-Identifier: Apache-2.0
// The directives: parse, check the range, explain what is wrong.
#include "apache/pages/directives.hpp"

#include "apache/config.hpp"
#include "apache/gate/gate.hpp"
#include "apache/gate/trusted_proxy.hpp"
#include "apache/setter.hpp"
#include "apache/state/state_directives.hpp"
#include "core/ascii.hpp"

#include <array>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace polyauth::apache {

namespace {

template <typename List> struct Words {
  std::vector<std::string_view> words;
  Words(int argc, char* const argv[]) : words(argv, argv + argc) {}
  Result<List> parse() const { return List::parse(words); }
};

// A setter for a list of words that `List::parse` understands.
template <typename List, const List* DirConfig::*Member>
const char* set_list(cmd_parms* cmd, void* config, int argc, char* const argv[]) noexcept {
  return setter(cmd, [&]() -> const char* {
    auto list = Words<List>(argc, argv).parse();
    if (!list) return complain(cmd, list.error());
    section(config).*Member = make_on_pool<List>(cmd->pool, std::move(*list));
    return nullptr;
  });
}

const char* set_polyauth(cmd_parms* cmd, void* config, const char* word) noexcept {
  return setter(cmd, [&]() -> const char* {
    auto& mode = section(config).mode;
    if (ap_cstr_casecmp(word, "On") == 0)
      mode = Mode::kOn;
    else if (ap_cstr_casecmp(word, "Off") == 0)
      mode = Mode::kOff;
    else if (ap_cstr_casecmp(word, "Audit") == 0)
      mode = Mode::kAudit;
    else
      return complain(cmd, std::string("\"") + word +
                               "\" is not a mode; accepted are On, Off and Audit");
    return nullptr;
  });
}

const char* set_match(cmd_parms* cmd, void* config, const char* word, const char* name) noexcept {
  return setter(cmd, [&]() -> const char* {
    std::vector<std::string_view> words = {word};
    if (name != nullptr) words.emplace_back(name);
    auto rule = MatchRule::parse(words);
    if (!rule) return complain(cmd, rule.error());
    section(config).match = make_on_pool<MatchRule>(cmd->pool, std::move(*rule));
    return nullptr;
  });
}

// The one object of the configuration for a path; made on first use.
template <typename Source>
Source* source_of(const cmd_parms* cmd, std::vector<Source*>& sources, const char* path,
                  const FileFormat& format) {
  for (Source* const source : sources)
    if (std::strcmp(source->path, path) == 0) return source;
  sources.push_back(make_on_pool<Source>(cmd->pool, Source{{{cmd->cmd->name, path}, &format, {}}}));
  return sources.back();
}

// A setter for a file that is followed.
template <typename Source, std::optional<Source*> DirConfig::*Member,
          std::vector<Source*> Globals::*Sources, const FileFormat* Format>
const char* set_file(cmd_parms* cmd, void* config, const char* word) noexcept {
  return setter(cmd, [&]() -> const char* {
    const auto path = path_or_none(cmd, word);
    if (!path) return complain(cmd, path.error());
    section(config).*Member = *path != nullptr
                                  ? source_of(cmd, Globals::of(cmd->pool).*Sources, *path, *Format)
                                  : nullptr;
    return nullptr;
  });
}

const char* set_device_secret_file(cmd_parms* cmd, void* config, const char* word) noexcept {
  return setter(cmd, [&]() -> const char* {
    const auto path = path_or_none(cmd, word);
    if (!path) return complain(cmd, path.error());
    auto& setting = section(config).device_secrets;
    setting = nullptr;
    if (*path == nullptr) return nullptr;
    auto& files = Globals::of(cmd->pool).device_secrets;
    for (DeviceSecretFile* const file : files)
      if (std::strcmp(file->path, *path) == 0) setting = file;
    if (*setting != nullptr) return nullptr;
    setting = make_on_pool<DeviceSecretFile>(cmd->pool, DeviceSecretFile{{cmd->cmd->name, *path}});
    files.push_back(*setting);
    return nullptr;
  });
}

const char* set_user_name(cmd_parms* cmd, void* config, const char* word) noexcept {
  return setter(cmd, [&]() -> const char* {
    auto& user_name = section(config).user_name;
    if (std::strcmp(word, "any") == 0)
      user_name = UserName::kAny;
    else if (std::strcmp(word, "device") == 0)
      user_name = UserName::kDevice;
    else
      return complain(cmd, std::string("\"") + word + "\" is not accepted; write any or device");
    return nullptr;
  });
}

// The settings of the virtual host that a directive stands in.
ServerConfig& server_config_of(const cmd_parms* cmd) {
  return *static_cast<ServerConfig*>(
      ap_get_module_config(cmd->server->module_config, &polyauth_module));
}

const char* set_expired_certificates(cmd_parms* cmd, void*, const char* word) noexcept {
  return setter(cmd, [&]() -> const char* {
    const char* const context = ap_check_cmd_context(cmd, NOT_IN_DIR_LOC_FILE);
    if (context != nullptr) return context;
    auto& expired = server_config_of(cmd).expired;
    if (std::strcmp(word, "refuse") == 0)
      expired = ExpiredCertificates::kRefuse;
    else if (std::strcmp(word, "listed") == 0)
      expired = ExpiredCertificates::kListed;
    else
      return complain(cmd, std::string("\"") + word + "\" is not accepted; write refuse or listed");
    if (expired == ExpiredCertificates::kListed)
      add_hooks(register_expired_hooks, Globals::of(cmd->pool).has_expired_hooks);
    return nullptr;
  });
}

const char* set_trusted_proxy(cmd_parms* cmd, void*, const char* word) noexcept {
  return setter(cmd, [&]() -> const char* {
    const char* const context = ap_check_cmd_context(cmd, NOT_IN_DIR_LOC_FILE);
    if (context != nullptr) return context;
    const auto network = parse_trusted_proxy(cmd->pool, word);
    if (!network) return complain(cmd, network.error());
    auto& proxies = server_config_of(cmd).trusted_proxies;
    if (proxies == nullptr) proxies = make_on_pool<TrustedProxies>(cmd->pool);
    proxies->push_back(*network);
    return nullptr;
  });
}

const char* set_client_cert_header(cmd_parms* cmd, void*, const char* word) noexcept {
  return setter(cmd, [&]() -> const char* {
    const char* const context = ap_check_cmd_context(cmd, NOT_IN_DIR_LOC_FILE);
    if (context != nullptr) return context;
    const std::string complaint = complaint_about_header_name(word);
    if (!complaint.empty()) return complain(cmd, complaint);
    server_config_of(cmd).client_cert_header = word;
    Globals& globals = Globals::of(cmd->pool);
    globals.client_cert_headers.push_back(word);
    add_hooks(register_trusted_proxy_hooks, globals.has_header_hooks);
    return nullptr;
  });
}

const char* set_reload_interval(cmd_parms* cmd, void*, const char* word) noexcept {
  return setter(cmd, [&]() -> const char* {
    const char* const context = ap_check_cmd_context(cmd, GLOBAL_ONLY);
    if (context != nullptr) return context;
    constexpr apr_interval_time_t kSecond = APR_USEC_PER_SEC;
    const auto interval = duration(word, kSecond, 3600 * kSecond, "1s to 1h");
    if (!interval) return complain(cmd, interval.error());
    Globals::of(cmd->pool).reload_interval = *interval;
    return nullptr;
  });
}

const char* set_deny_status(cmd_parms* cmd, void* config, const char* word) noexcept {
  return setter(cmd, [&]() -> const char* {
    auto& status = section(config).deny_status;
    if (std::strcmp(word, "403") == 0)
      status = HTTP_FORBIDDEN;
    else if (std::strcmp(word, "404") == 0)
      status = HTTP_NOT_FOUND;
    else
      return complain(cmd, std::string("\"") + word + "\" is not accepted; write 403 or 404");
    return nullptr;
  });
}

constexpr int kSections = RSRC_CONF | ACCESS_CONF;

} // namespace

extern "C" const command_rec polyauth_commands[] = {
    AP_INIT_TAKE1("PolyAuth", set_polyauth, nullptr, kSections,
                  "On, Off, or Audit to decide and log but refuse nothing"),
    AP_INIT_TAKE_ARGV(
        "PolyAuthIdentity", (set_list<IdentityForms, &DirConfig::identity>), nullptr, kSections,
        "how the MAC is read from the certificate: poly, broadworks or attribute~regex"),
    AP_INIT_TAKE12("PolyAuthMatch", set_match, nullptr, kSections,
                   "where the device's own MAC must stand: path, file, uri, query <name> or none"),
    AP_INIT_TAKE_ARGV(
        "PolyAuthSharedFiles", (set_list<SharedFiles, &DirConfig::shared>), nullptr, kSections,
        "none, or poly and patterns of file names that every authorised device may read"),
    AP_INIT_TAKE_ARGV("PolyAuthUploads", (set_list<Uploads, &DirConfig::uploads>), nullptr,
                      kSections,
                      "none, any, or poly and patterns of own files that a device may store"),
    AP_INIT_TAKE1("PolyAuthAclFile",
                  (set_file<AclSource, &DirConfig::acl, &Globals::acls, &kAclFormat>), nullptr,
                  kSections, "the list of devices that may be served, or none"),
    AP_INIT_TAKE1("PolyAuthCACertificateFile",
                  (set_file<TrustSource, &DirConfig::trust, &Globals::trusts, &kTrustFormat>),
                  nullptr, kSections,
                  "the CA certificates (PEM) that device certificates are judged by, or none"),
    AP_INIT_TAKE1("PolyAuthCARevocationFile",
                  (set_file<RevocationSource, &DirConfig::revocations, &Globals::revocations,
                            &kRevocationFormat>),
                  nullptr, kSections,
                  "CRLs (PEM) of the CAs in PolyAuthCACertificateFile, or none"),
    AP_INIT_TAKE1("PolyAuthExpiredCertificates", set_expired_certificates, nullptr, RSRC_CONF,
                  "refuse, or listed to admit expired certificates of devices that the ACL names"),
    AP_INIT_ITERATE("PolyAuthTrustedProxy", set_trusted_proxy, nullptr, RSRC_CONF,
                    "addresses or networks of balancers that end TLS for the phones"),
    AP_INIT_TAKE1("PolyAuthClientCertHeader", set_client_cert_header, nullptr, RSRC_CONF,
                  "the header in which they hand on the phone's certificate"),
    AP_INIT_TAKE1("PolyAuthReloadInterval", set_reload_interval, nullptr, RSRC_CONF,
                  "how soon a changed file is in force, with unit, as in 5s"),
    AP_INIT_TAKE1("PolyAuthDenyStatus", set_deny_status, nullptr, kSections,
                  "what a refused device is told: 403 or 404"),
    AP_INIT_TAKE1(
        "PolyAuthPasswordFile",
        (set_file<PasswordFile, &DirConfig::passwords, &Globals::passwords, &kPasswordFormat>),
        nullptr, kSections,
        "users, passwords and their times for AuthBasicProvider polyauth, or none"),
    AP_INIT_TAKE1("PolyAuthDeviceSecretFile", set_device_secret_file, nullptr, kSections,
                  "the secrets that each device's own password is derived from, or none"),
    AP_INIT_TAKE1("PolyAuthUserName", set_user_name, nullptr, kSections,
                  "any, or device: the user name must be the MAC of the certificate"),
    AP_INIT_TAKE1("PolyAuthPage", set_page, nullptr, kSections,
                  "what answers here: portal, onboarding or status"),
    AP_INIT_TAKE2("PolyAuthOnboardingTemplate", set_onboarding_template, nullptr, kSections,
                  "a pattern of names, and the XML file that answers for them"),
    AP_INIT_TAKE1("PolyAuthOnboardingServer", set_onboarding_server, nullptr, kSections,
                  "the value of {server} in onboarding templates"),
    AP_INIT_TAKE1("PolyAuthOnboardingPasswordFile", set_onboarding_password_file, nullptr,
                  kSections, "the common user and password that phones are told, or none"),
    AP_INIT_TAKE1("PolyAuthState", set_state, nullptr, RSRC_CONF,
                  "where one-time passwords and last logins are kept: the path of an SQLite file, "
                  "or dbd"),
    AP_INIT_TAKE1("PolyAuthOneTimeLifetime", set_onetime_lifetime, nullptr, kSections,
                  "how long a one-time password waits for its first use, with unit, as in 24h"),
    AP_INIT_TAKE1("PolyAuthOneTimeWindow", set_onetime_window, nullptr, kSections,
                  "how long it is good after its first use, with unit, as in 15min"),
    AP_INIT_TAKE1("PolyAuthOneTimeAttempts", set_onetime_attempts, nullptr, kSections,
                  "how many wrong ones make it void"),
    {},
};

} // namespace polyauth::apache
