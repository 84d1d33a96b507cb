// SPDX-License-Identifier: Apache-2.0
#include "apache/passwords/password_provider.hpp"

#include "apache/boundary.hpp"
#include "apache/config.hpp"
#include "apache/passwords/sent_login.hpp"
#include "apache/passwords/user_check.hpp"

#include <cstring>

extern "C" {
#include "apr_md5.h"
}

namespace polyauth::apache {

namespace {

// Longer ones are nobody's; they are not worth a hash.
constexpr std::size_t kMaxBytes = 1024;

bool has_hash(const char* password, const char* hash) {
  return apr_password_validate(password, hash) == APR_SUCCESS;
}

// The password that is derived for the device that the user name is.
std::optional<authn_status> try_derived(request_rec* r, const char* user, const char* password,
                                        std::int64_t now) {
  const DeviceSecretFile* const file = dir_config(r).device_secrets.value_or(nullptr);
  if (file == nullptr || file->secrets == nullptr) return std::nullopt;
  const auto owner = MacAddress::parse(user);
  if (!owner) return std::nullopt;
  const auto id = file->secrets->match(*owner, password, now);
  if (!id) return std::nullopt;
  return admit_device_password(r, user, PasswordSource::kDerived, *id, *owner);
}

authn_status try_file(request_rec* r, const char* user, const char* password, std::int64_t now) {
  const PasswordFile* const file = dir_config(r).passwords.value_or(nullptr);
  if (file == nullptr) return AUTH_USER_NOT_FOUND;
  const auto snapshot = file->live != nullptr ? file->live->current() : nullptr;
  if (!snapshot) {
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                  PA4002 "no version of %s %s is in force, so no password opens", file->directive,
                  file->path);
    return AUTH_GENERAL_ERROR;
  }
  const auto label = snapshot->view.check(user, password, now, has_hash);
  return label ? admit_password(r, user, PasswordSource::kFile, *label) : AUTH_USER_NOT_FOUND;
}

authn_status check(request_rec* r, const char* user, const char* password) {
  if (refuse_nul(r)) return AUTH_DENIED;
  if (std::strlen(user) > kMaxBytes || std::strlen(password) > kMaxBytes)
    return AUTH_USER_NOT_FOUND;
  const std::int64_t now = apr_time_sec(apr_time_now());
  if (const auto answer = try_derived(r, user, password, now)) return *answer;
  return try_file(r, user, password, now);
}

extern "C" {
static authn_status polyauth_check_password(request_rec* r, const char* user,
                                            const char* password) {
  return guarded(r, AUTH_GENERAL_ERROR, [&] { return check(r, user, password); });
}
// Without a realm hash: Digest would need the password itself, or what is as good.
static const authn_provider polyauth_password_provider = {polyauth_check_password, nullptr};
}

} // namespace

void register_password_provider(apr_pool_t* p) {
  ap_register_auth_provider(p, AUTHN_PROVIDER_GROUP, "polyauth", AUTHN_PROVIDER_VERSION,
                            &polyauth_password_provider, AP_AUTH_INTERNAL_PER_CONF);
}

} // namespace polyauth::apache
