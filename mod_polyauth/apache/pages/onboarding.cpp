// SPDX-License-Identifier: Apache-2.0
// PolyAuthPage onboarding: a phone that has logged in is told its regular settings.
#include "apache/gate/evidence.hpp"
#include "apache/gate/gate.hpp"
#include "apache/gate/request_state.hpp"
#include "apache/messages.hpp"
#include "apache/pages/onboarding_files.hpp"
#include "apache/pages/page.hpp"
#include "apache/pages/response.hpp"

#include <optional>

namespace polyauth::apache {

namespace {

using Placeholder = OnboardingTemplate::Placeholder;

std::string_view last_segment(std::string_view path) noexcept {
  return path.substr(path.rfind('/') + 1); // npos + 1 is 0
}

int refuse(request_rec* r, const char* reason) {
  ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r, PA4035 "onboarding: refused reason=%s path=\"%s\"",
                reason, quotable(r, r->uri));
  return HTTP_FORBIDDEN;
}

// The device that PolyAuth On has let in, asked again for this very answer.
std::optional<MacAddress> admitted_device(request_rec* r) {
  const RequestState* const state = find_state(r);
  if (dir_config(r).effective_mode() != Mode::kOn || state == nullptr || !state->decision ||
      !state->decision->granted())
    return std::nullopt;
  const Decision now = identify_device(r);
  return now.granted() && now.device == state->decision->device ? now.device : std::nullopt;
}

// User and password that a phone is to use from now on, and what to call them in the log.
struct Account {
  std::string user;
  std::string password;
  std::string label;
};
std::optional<Account> regular_account(const DirConfig& config, const MacAddress& device) {
  if (const CommonPasswordFile* const file = config.onboarding_password.value_or(nullptr)) {
    if (!file->account) return std::nullopt;
    return Account{file->account->user, file->account->password, "common"};
  }
  const DeviceSecretFile* const file = config.device_secrets.value_or(nullptr);
  if (file == nullptr || file->secrets == nullptr) return std::nullopt;
  auto password = file->secrets->current(device, apr_time_sec(apr_time_now()));
  if (!password) return std::nullopt;
  return Account{device.to_string(), std::move(password->text), std::string(password->id)};
}

int tell(request_rec* r, const OnboardingTemplate& text, const MacAddress& device) {
  const DirConfig& config = dir_config(r);
  const bool tells_account = text.uses(Placeholder::kPassword) || text.uses(Placeholder::kUser);
  const auto account =
      tells_account ? regular_account(config, device) : std::optional<Account>(Account{});
  if (!account || (text.uses(Placeholder::kServer) && config.onboarding_server == nullptr)) {
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                  PA4036 "onboarding: there is no regular password or server to tell "
                         "device=%s path=\"%s\"",
                  device.to_string().c_str(), quotable(r, r->uri));
    return HTTP_SERVICE_UNAVAILABLE;
  }
  const std::string mac = device.to_string();
  if (text.uses(Placeholder::kPassword))
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r,
                  PA4034 "onboarding: told device=%s its regular password label=\"%s\"",
                  mac.c_str(), quotable(r, account->label.c_str()));
  return send(r,
              {HTTP_OK, kXmlType,
               text.render({mac, account->user, account->password,
                            config.onboarding_server != nullptr ? config.onboarding_server : ""})});
}

} // namespace

int answer_onboarding(request_rec* r) {
  if (r->method_number != M_GET)
    return send(r,
                {HTTP_METHOD_NOT_ALLOWED, kTextType, "Accepted are GET and HEAD.\n", "GET, HEAD"});
  const auto device = admitted_device(r);
  if (!device) return refuse(r, "no-device");
  if (password_of(r) == nullptr) return refuse(r, "no-password-of-ours");
  const OnboardingTemplates* const templates = dir_config(r).onboarding_templates;
  const TemplateFile* const file =
      templates != nullptr ? templates->find(last_segment(r->uri), *device) : nullptr;
  if (file == nullptr) return HTTP_NOT_FOUND;
  if (!file->text) return HTTP_SERVICE_UNAVAILABLE; // a restart has said why
  return tell(r, *file->text, *device);
}

} // namespace polyauth::apache
