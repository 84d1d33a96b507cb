// SPDX-License-Identifier: Apache-2.0
#include "apache/passwords/onetime_provider.hpp"

#include "apache/boundary.hpp"
#include "apache/config.hpp"
#include "apache/gate/gate.hpp"
#include "apache/gate/request_state.hpp"
#include "apache/passwords/sent_login.hpp"
#include "apache/passwords/user_check.hpp"
#include "apache/state/last_seen.hpp"
#include "apache/state/state_access.hpp"
#include "core/one_time_code.hpp"
#include "core/utc_time.hpp"
#include "credentials/bcrypt.hpp"
#include "credentials/one_time_tag.hpp"
#include "credentials/verified_pairs.hpp"

#include <variant>

namespace polyauth::apache {

namespace {

// What POLYAUTH_PASSWORD_LABEL and `password usage` say of it.
constexpr std::string_view kLabel = "one-time";

const char* word(Standing standing) noexcept {
  switch (standing) {
  case Standing::kUsable: return "in-use"; // by now; it was not when it was tried
  case Standing::kNone: return "none";
  case Standing::kFuture: return "issued-in-the-future";
  case Standing::kExpired: return "expired";
  case Standing::kUsedUp: return "used-up";
  case Standing::kVoid: return "void";
  }
  return "unknown";
}

// One look at one code of one device.
class Check {
public:
  Check(request_rec* r, const MacAddress& device, const OneTimeCode& code)
      : r_(r), config_(dir_config(r)), device_(device), code_(code),
        now_(apr_time_sec(apr_time_now())) {}

  bool is_right() {
    auto found = look_up();
    if (!found) return false; // the log says why
    if (std::holds_alternative<Remembered>(*found)) return true;
    if (const auto* const standing = std::get_if<Standing>(&*found)) return refuse(*standing);
    const Attempt& attempt = std::get<Attempt>(*found);
    // Outside of the lease: others need not wait for a slow hash.
    if (!bcrypt_matches(code_.digits(), attempt.hash)) return refuse_wrong(attempt);
    return redeem(attempt);
  }

private:
  struct Remembered {};
  using Found = std::variant<Remembered, Standing, Attempt>;

  // The right one in use for a while costs no hash and no try.
  bool is_remembered(const std::string& hash) {
    VerifiedPairs* const pairs = globals(r_->server).redeemed;
    return pairs != nullptr && pairs->find(pair(hash, *pairs), now_).has_value();
  }
  VerifiedPairs::Digest pair(const std::string& hash, const VerifiedPairs& pairs) const {
    return pairs.digest_of(device_.to_string() + hash, code_.digits());
  }

  Result<Found> look_up() {
    return with_state(r_, [this](StateStore& store) -> Result<Found> {
      const auto known = store.known(device_, now_, attempts());
      if (!known) return Error{known.error()};
      if (!*known) return Found(Standing::kNone);
      const auto& [hash, open] = **known;
      if (open && is_remembered(hash)) return Found(Remembered());
      auto attempt = store.try_one_time(device_, one_time_tag(hash, code_), now_, attempts());
      if (!attempt) return Error{attempt.error()};
      if (*attempt) return Found(std::move(**attempt));
      const auto standing = store.standing(device_, now_, attempts());
      if (!standing) return Error{standing.error()};
      return Found(*standing);
    });
  }

  bool redeem(const Attempt& attempt) {
    const std::int64_t window = config_.onetime_window.value_or(DirConfig::kDefaultOneTimeWindow);
    const auto redemption = with_state(
        r_, [&](StateStore& store) { return store.redeem(device_, attempt, now_, window); });
    if (!redemption) return false;
    // Replaced, revoked or ended since the try.
    if (!*redemption) return refuse(Standing::kNone);
    note_open_window(r_, device_);
    if (VerifiedPairs* const pairs = globals(r_->server).redeemed; pairs != nullptr)
      pairs->remember(pair(attempt.hash, *pairs), 0, now_);
    if ((*redemption)->first)
      ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r_,
                    PA4041 "first use of the one-time password device=%s until=%s",
                    device_.to_string().c_str(), utc_text((*redemption)->window_end).c_str());
    return true;
  }

  bool refuse_wrong(const Attempt& attempt) {
    // A failure is logged; the count makes it void all the same.
    if (attempt.left == 0)
      static_cast<void>(with_state(r_, [&](StateStore& store) {
        return store.end_void(device_, attempt, now_, attempts());
      }));
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r_,
                  PA4042 "refused a one-time password device=%s reason=%s left=%d",
                  device_.to_string().c_str(), attempt.counted ? "wrong" : "wrong-again",
                  attempt.left);
    return false;
  }

  bool refuse(Standing standing) {
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r_,
                  PA4042 "refused a one-time password device=%s reason=%s",
                  device_.to_string().c_str(), word(standing));
    return false;
  }

  [[nodiscard]] int attempts() const noexcept {
    return config_.onetime_attempts.value_or(DirConfig::kDefaultOneTimeAttempts);
  }

  request_rec* r_;
  const DirConfig& config_;
  MacAddress device_;
  OneTimeCode code_;
  std::int64_t now_;
};

// httpd asks again in each inner request: the answer for the client's request stands.
bool is_right_once(request_rec* r, const MacAddress& device, const OneTimeCode& code) {
  RequestState& client = state_of(client_request(r));
  if (!client.one_time) {
    client.one_time = OneTimeAnswer{code, device, false};
    client.one_time->right = Check(r, device, code).is_right();
  }
  return client.one_time->right && client.one_time->code == code &&
         client.one_time->device == device;
}

// Whatever is not right is left to the next provider: a regular password is not the worse for
// looking like a one-time password.
authn_status check(request_rec* r, const char* user, const char* password) {
  if (dir_config(r).page != Page::kOnboarding || !has_state(r->server)) return AUTH_USER_NOT_FOUND;
  const auto code = OneTimeCode::parse(password);
  if (!code) return AUTH_USER_NOT_FOUND;
  if (refuse_nul(r)) return AUTH_DENIED;
  const Decision decision = identify_device(r);
  if (!decision.granted() || !decision.device) return AUTH_USER_NOT_FOUND;
  if (!is_right_once(r, *decision.device, *code)) return AUTH_USER_NOT_FOUND;
  return admit_device_password(r, user, PasswordSource::kOneTime, kLabel, *decision.device);
}

extern "C" {
static authn_status polyauth_check_onetime(request_rec* r, const char* user, const char* password) {
  return guarded(r, AUTH_GENERAL_ERROR, [&] { return check(r, user, password); });
}
// Without a realm hash: Digest would need the password itself, or what is as good.
static const authn_provider polyauth_onetime_provider = {polyauth_check_onetime, nullptr};
}

} // namespace

void register_onetime_provider(apr_pool_t* p) {
  ap_register_auth_provider(p, AUTHN_PROVIDER_GROUP, "polyauth-onetime", AUTHN_PROVIDER_VERSION,
                            &polyauth_onetime_provider, AP_AUTH_INTERNAL_PER_CONF);
}

} // namespace polyauth::apache
