// SPDX-License-Identifier: Apache-2.0
// The directives: parse, check the range, explain what is wrong.
#include "apache/boundary.hpp"
#include "apache/config.hpp"
#include "apache/gate.hpp"
#include "apache/trusted_proxy.hpp"
#include "core/ascii.hpp"

#include <array>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace polyauth::apache {

namespace {

// "<directive>: <what is wrong>", on the pool of the configuration.
const char* complain(const cmd_parms* cmd, std::string_view what) {
  return apr_pstrcat(cmd->pool, cmd->cmd->name, ": ",
                     apr_pstrmemdup(cmd->pool, what.data(), what.size()), nullptr);
}

// Runs the body of a setter; refuses <Limit> and .htaccess, and exceptions.
template <typename Body> const char* setter(cmd_parms* cmd, Body&& body) noexcept {
  const char* const context = ap_check_cmd_context(cmd, NOT_IN_LIMIT | NOT_IN_HTACCESS);
  if (context != nullptr) return context;
  return guarded<const char*>(
      "mod_polyauth: out of memory or an internal error", [](const char*) {}, body);
}

// Registers hooks that a directive needs: most servers do without, and each hook costs
// every request. httpd sorts its hooks again when it has read the configuration.
void add_hooks(void (*register_hooks)(), bool& are_there) noexcept {
  if (std::exchange(are_there, true)) return;
  // By this name other modules may refer to them.
  const char* const module_at_work = std::exchange(apr_hook_debug_current, "mod_polyauth.c");
  register_hooks();
  apr_hook_debug_current = module_at_work;
}

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
    static_cast<DirConfig*>(config)->*Member = make_on_pool<List>(cmd->pool, std::move(*list));
    return nullptr;
  });
}

const char* set_polyauth(cmd_parms* cmd, void* config, const char* word) noexcept {
  return setter(cmd, [&]() -> const char* {
    auto& mode = static_cast<DirConfig*>(config)->mode;
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
    static_cast<DirConfig*>(config)->match = make_on_pool<MatchRule>(cmd->pool, std::move(*rule));
    return nullptr;
  });
}

// The one object of the configuration for a path; made on first use.
template <typename Source>
Source* source_of(const cmd_parms* cmd, std::vector<Source*>& sources, const char* path,
                  const FileFormat& format) {
  for (Source* const source : sources)
    if (std::strcmp(source->path, path) == 0) return source;
  sources.push_back(make_on_pool<Source>(cmd->pool, Source{{cmd->cmd->name, path, &format, {}}}));
  return sources.back();
}

// A setter for a file that is followed.
template <typename Source, std::optional<Source*> DirConfig::*Member,
          std::vector<Source*> Globals::*Sources, const FileFormat* Format>
const char* set_file(cmd_parms* cmd, void* config, const char* word) noexcept {
  return setter(cmd, [&]() -> const char* {
    auto& setting = static_cast<DirConfig*>(config)->*Member;
    if (std::strcmp(word, "none") == 0) {
      setting = nullptr;
      return nullptr;
    }
    const char* const path = ap_server_root_relative(cmd->pool, word);
    if (ascii::equal_ignoring_case(word, "none"))
      return complain(cmd, "\"" + std::string(word) + "\" is not accepted; write none");
    if (*word == '\0' || path == nullptr)
      return complain(cmd,
                      "\"" + std::string(word) + "\" is not a path; accepted are a path and none");
    setting = source_of(cmd, Globals::of(cmd->pool).*Sources, path, *Format);
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
    constexpr apr_interval_time_t kLeast = APR_USEC_PER_SEC;
    constexpr apr_interval_time_t kMost = 3600 * apr_interval_time_t{APR_USEC_PER_SEC};
    const std::string seen = std::string("\"") + word + "\"";
    if (*word == '\0' || ascii::is_digit(word[std::strlen(word) - 1]))
      return complain(cmd, seen + " has no unit; write a number and s, min or h, as in 10s");
    apr_interval_time_t interval = 0;
    // httpd looks at the first letters of a unit only.
    const std::string_view unit = std::string_view(word).substr(std::strspn(word, "0123456789"));
    const bool known = unit == "ms" || unit == "s" || unit == "min" || unit == "h";
    if (!known || !ascii::is_digit(*word) ||
        ap_timeout_parameter_parse(word, &interval, "s") != APR_SUCCESS)
      return complain(cmd, seen + " is no duration; write a number and s, min or h, as in 10s");
    if (interval < kLeast || interval > kMost)
      return complain(cmd, seen + " is out of range; accepted are 1s to 1h");
    Globals::of(cmd->pool).reload_interval = interval;
    return nullptr;
  });
}

const char* set_deny_status(cmd_parms* cmd, void* config, const char* word) noexcept {
  return setter(cmd, [&]() -> const char* {
    auto& status = static_cast<DirConfig*>(config)->deny_status;
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
    {},
};

} // namespace polyauth::apache
