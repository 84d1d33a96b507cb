// SPDX-License-Identifier: Apache-2.0
// PolyAuthPage portal: people with a login issue one-time passwords for phones.
#include "apache/gate/evidence.hpp"
#include "apache/gate/request_state.hpp"
#include "apache/messages.hpp"
#include "apache/pages/page.hpp"
#include "apache/pages/portal_request.hpp"
#include "apache/pages/portal_view.hpp"
#include "apache/pages/response.hpp"
#include "apache/state/state_access.hpp"
#include "core/ascii.hpp"
#include "core/clean_text.hpp"
#include "core/same_origin.hpp"
#include "core/utc_time.hpp"
#include "credentials/bcrypt.hpp"
#include "credentials/random.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace polyauth::apache {

namespace {

constexpr unsigned kBcryptCost = 10;
constexpr std::size_t kMaxUserBytes = 255;
constexpr const char* kAllowed = "GET, HEAD, POST";

std::optional<std::string_view> field(const request_rec* r, const char* name) {
  const char* const value = apr_table_get(r->headers_in, name);
  return value != nullptr ? std::optional<std::string_view>(value) : std::nullopt;
}

// Why nobody is let in, for the log; nullptr: the person may go on.
const char* objection(request_rec* r) {
  if (!ap_ssl_conn_is_ssl(r->connection)) return "no-tls";
  // Who was made a user of without a login has no type.
  if (r->user == nullptr || *r->user == '\0' || r->ap_auth_type == nullptr) return "no-login";
  const RequestState* const state = find_state(r);
  if (password_of(r) != nullptr ||
      (state != nullptr && state->password_source != PasswordSource::kNone))
    return "password-of-a-phone";
  const std::string_view user = r->user;
  if (user.size() > kMaxUserBytes || !is_utf8(user) ||
      std::any_of(user.begin(), user.end(), ascii::is_control))
    return "user-name-unfit";
  return nullptr;
}

// Why the ACL in force does not admit the device.
std::optional<Refusal> refusal_by_list(const DirConfig& config, const MacAddress& mac) {
  const AclSource* const source = config.acl.value_or(nullptr);
  if (source == nullptr) return std::nullopt;
  const auto snapshot = source->live != nullptr ? source->live->current() : nullptr;
  if (!snapshot)
    return Refusal{HTTP_SERVICE_UNAVAILABLE,
                   "The list of phones cannot be read at the moment. The server's log says why."};
  switch (snapshot->view.list.consult(mac).answer) {
  case AclAnswer::kNotSet:
  case AclAnswer::kAdmitted:
  case AclAnswer::kAdmittedByName: return std::nullopt;
  case AclAnswer::kDenied:
    return Refusal{HTTP_FORBIDDEN,
                   "The list of phones bars " + mac.to_string() + " from this server."};
  case AclAnswer::kUnlisted:
    return Refusal{HTTP_FORBIDDEN, "The list of phones that this server serves does not have " +
                                       mac.to_string() + ". Have it added first."};
  case AclAnswer::kUnavailable: break;
  }
  return Refusal{HTTP_SERVICE_UNAVAILABLE, "The list of phones cannot be read at the moment."};
}

const Refusal& state_is_away() {
  static const Refusal kRefusal{HTTP_SERVICE_UNAVAILABLE,
                                "The passwords cannot be stored or looked up at the moment. "
                                "Nothing was changed. The server's log says why."};
  return kRefusal;
}

void log_refused(request_rec* r, const char* reason) {
  ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r, PA4031 "portal: refused reason=%s user=\"%s\"",
                reason, quotable(r, r->user));
}

// A browser names HTML first.
bool wants_json(const request_rec* r) {
  const char* const accept = apr_table_get(r->headers_in, "Accept");
  return accept != nullptr && ap_strcasestr(accept, kJsonType) != nullptr &&
         ap_strcasestr(accept, "text/html") == nullptr;
}

// To somebody who is shown nothing else.
int turn_away(request_rec* r, const Refusal& refusal, const char* allow = nullptr) {
  if (wants_json(r)) return send(r, {refusal.status, kJsonType, json_error(refusal.text), allow});
  return send(r, {refusal.status, kHtmlType, problem_page(refusal.text).text(), allow});
}

// One request of one person. Answers in the form that was asked for.
class Portal {
public:
  explicit Portal(request_rec* r) : r_(r), user_(r->user), now_(apr_time_sec(apr_time_now())) {}

  int show() {
    auto pending = look_up();
    if (wants_json(r_)) {
      if (!pending) return refuse_in_json(state_is_away());
      return send(r_, {HTTP_OK, kJsonType, json_of(*pending)});
    }
    PortalView view;
    int status = HTTP_OK;
    if (!pending) {
      status = state_is_away().status;
      view.problem = state_is_away().text;
    }
    return show(std::move(view), status, std::move(pending));
  }

  int act() {
    const std::string type = media_type(r_);
    const bool is_json = type == kJsonType;
    if (!is_json && type != "application/x-www-form-urlencoded")
      return refuse_in_json({HTTP_UNSUPPORTED_MEDIA_TYPE,
                             "Accepted are application/json and the form of this page."});
    const SentFrom from =
        sent_from({field(r_, "Origin"), field(r_, "Referer"), field(r_, "Sec-Fetch-Site")},
                  field(r_, "Host").value_or(""));
    // A script says nothing and needs no token: a page elsewhere cannot send JSON
    // without asking first (CORS), and is never allowed to.
    if (from == SentFrom::kElsewhere || (from == SentFrom::kNotSaid && !is_json))
      return refuse(is_json,
                    {HTTP_FORBIDDEN, "The request does not come from this page. Open the "
                                     "page again."},
                    "other-origin");
    const auto body = read_body(r_);
    if (const auto* const refusal = std::get_if<Refusal>(&body)) return refuse(is_json, *refusal);
    const auto& text = std::get<std::string>(body);
    const auto parsed = is_json ? parse_portal_json(text) : parse_portal_form(text);
    if (const auto* const refusal = std::get_if<Refusal>(&parsed)) return refuse(is_json, *refusal);
    const auto& request = std::get<PortalRequest>(parsed);
    if (!is_json && !is_form_token(*globals(r_->server).form_key, user_, request.token, now_))
      return refuse(is_json,
                    {HTTP_FORBIDDEN, "This form was open for too long, or belongs to "
                                     "somebody else. Send it again."},
                    "form-token", request.mac);
    const auto device = parse_device(request.mac);
    if (const auto* const refusal = std::get_if<Refusal>(&device))
      return refuse_device(is_json, *refusal, request.mac);
    const auto& mac = std::get<MacAddress>(device);
    return request.action == PortalRequest::Action::kRevoke ? revoke(mac, is_json)
                                                            : issue(mac, is_json);
  }

private:
  int refuse_in_json(const Refusal& refusal) {
    return send(r_, {refusal.status, kJsonType, json_error(refusal.text)});
  }

  int issue(const MacAddress& mac, bool is_json) {
    const DirConfig& config = dir_config(r_);
    if (const auto refusal = refusal_by_list(config, mac))
      return refuse_device(is_json, *refusal, mac.to_string());
    const auto number = random_below(OneTimeCode::kCodes);
    if (!number) throw std::runtime_error(number.error());
    const OneTimeCode code = OneTimeCode::from_digits(*number);
    const auto hash = bcrypt_hash(code.digits(), kBcryptCost);
    if (!hash) throw std::runtime_error(hash.error());
    const std::int64_t expires = now_ + lifetime(config);
    const auto stored = with_state(
        r_, [&](StateStore& store) { return store.issue(mac, *hash, user_, now_, expires); });
    if (!stored) return refuse(is_json, state_is_away());
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r_,
                  PA4032 "issued a one-time password device=%s until=%s user=\"%s\"",
                  mac.to_string().c_str(), utc_text(expires).c_str(), quotable(r_, r_->user));
    const IssuedCode issued{mac, code, expires};
    if (is_json) return send(r_, {HTTP_CREATED, kJsonType, json_of(issued)});
    PortalView view;
    view.issued = issued;
    return show(std::move(view), HTTP_OK, look_up());
  }

  int revoke(const MacAddress& mac, bool is_json) {
    const auto revoked =
        with_state(r_, [&](StateStore& store) { return store.revoke(mac, user_); });
    if (!revoked) return refuse(is_json, state_is_away());
    if (!*revoked)
      return refuse(is_json, {HTTP_NOT_FOUND, "There is no password of yours for " +
                                                  mac.to_string() + " to revoke."});
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r_,
                  PA4033 "revoked a one-time password device=%s user=\"%s\"",
                  mac.to_string().c_str(), quotable(r_, r_->user));
    if (is_json) return send(r_, {HTTP_NO_CONTENT, "", {}});
    PortalView view;
    view.revoked = mac;
    return show(std::move(view), HTTP_OK, look_up());
  }

  std::optional<std::vector<Pending>> look_up() {
    auto found = with_state(r_, [&](StateStore& store) { return store.pending(user_, now_); });
    if (!found) return std::nullopt;
    return std::move(*found);
  }

  int show(PortalView view, int status, std::optional<std::vector<Pending>> pending) {
    view.user = user_;
    auto token = make_form_token(*globals(r_->server).form_key, user_, now_);
    if (!token) throw std::runtime_error(token.error());
    view.token = std::move(*token);
    view.pending = std::move(pending);
    return send(r_, {status, kHtmlType, portal_page(view).text()});
  }

  int refuse(bool is_json, const Refusal& refusal, const char* reason = nullptr,
             const std::string& mac_field = {}) {
    if (reason != nullptr) log_refused(r_, reason);
    return tell(is_json, refusal, mac_field, false);
  }

  // It is the MAC that has to be corrected.
  int refuse_device(bool is_json, const Refusal& refusal, const std::string& mac_field) {
    return tell(is_json, refusal, mac_field, true);
  }

  int tell(bool is_json, const Refusal& refusal, const std::string& mac_field, bool mac_is_wrong) {
    if (is_json) return refuse_in_json(refusal);
    PortalView view;
    view.problem = refusal.text;
    view.mac_field = mac_field;
    view.mac_is_wrong = mac_is_wrong;
    return show(std::move(view), refusal.status, look_up());
  }

  static std::int64_t lifetime(const DirConfig& config) {
    return config.onetime_lifetime.value_or(DirConfig::kDefaultOneTimeLifetime);
  }

  request_rec* r_;
  std::string user_;
  std::int64_t now_;
};

} // namespace

int answer_portal(request_rec* r) {
  if (const char* const reason = objection(r)) {
    log_refused(r, reason);
    return turn_away(r,
                     {HTTP_FORBIDDEN, "This page is for people who have logged in, over https."});
  }
  switch (r->method_number) {
  case M_GET: return Portal(r).show();
  case M_POST: return Portal(r).act();
  default:
    return turn_away(r, {HTTP_METHOD_NOT_ALLOWED, "Accepted are GET, HEAD and POST."}, kAllowed);
  }
}

} // namespace polyauth::apache
