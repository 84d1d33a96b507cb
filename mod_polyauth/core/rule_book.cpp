// SPDX-License-Identifier: Apache-2.0
#include "core/rule_book.hpp"

#include "core/ascii.hpp"
#include "core/clean_text.hpp"
#include "core/device_refusal.hpp"
#include "core/mac_scan.hpp"
#include "core/plain_path.hpp"
#include "core/query_parameter.hpp"

#include <optional>
#include <string>

namespace polyauth {

namespace {

enum class MethodKind : std::uint8_t { kRead, kStore, kPost, kRefused };

inline MethodKind kind_of(std::string_view method) noexcept {
  const auto is = [method](std::string_view name) {
    return method.size() == name.size() && ascii::starts_with(method, name);
  };
  if (is("GET") || is("HEAD") || is("OPTIONS")) return MethodKind::kRead;
  if (is("PUT")) return MethodKind::kStore;
  return is("POST") ? MethodKind::kPost : MethodKind::kRefused;
}

std::string_view last_segment(std::string_view path) noexcept {
  return path.substr(path.rfind('/') + 1); // npos + 1 is 0
}

// How much of the path's end PATH_INFO is; 0 if it ends otherwise. A run of slashes, which
// MergeSlashes Off leaves in the path, is one in PATH_INFO.
std::size_t size_in_path(std::string_view path_info, std::string_view path) noexcept {
  std::size_t at = path.size();
  while (!path_info.empty()) {
    if (at == 0 || path[--at] != path_info.back()) return 0;
    path_info.remove_suffix(1);
    if (path[at] == '/' && !path_info.ends_with('/'))
      while (at > 0 && path[at - 1] == '/') --at;
  }
  return path.size() - at;
}

// A text that is decoded only if there is something to decode.
class Decoded {
public:
  explicit Decoded(std::string_view raw) : text_(raw) {
    if (!raw.empty() && raw.find('%') != std::string_view::npos) {
      storage_.emplace(percent_decode(raw));
      text_ = *storage_;
    }
  }
  Decoded(const Decoded&) = delete;
  Decoded& operator=(const Decoded&) = delete;
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

private:
  std::optional<std::string> storage_;
  std::string_view text_;
};

std::string_view behind_question_mark(std::string_view url) noexcept {
  const std::size_t at = url.find('?');
  return at == std::string_view::npos ? std::string_view() : url.substr(at + 1);
}

// What is sent to a backend, in its two parts, which are split before they are
// decoded: "%3f" is a byte of the path.
struct SentUrl {
  explicit SentUrl(std::string_view url)
      : path(url.substr(0, url.find('?'))), query(behind_question_mark(url)) {}
  Decoded path;
  Decoded query;
};

// One run through the questions. Nearly always nobody observes it: then it costs
// nothing to be observable.
template <bool Observed> class Hearing {
public:
  Hearing(const Policy& policy, const Resource& resource, DeviceAnswers& device, Scope scope,
          Observer* observer)
      : policy_(policy), resource_(resource), device_(device), scope_(scope), observer_(observer),
        query_(resource.query) {
    if (resource.proxied) sent_.emplace(resource.mapped);
  }

  // `known`: the device, if all questions about it are answered already.
  Decision hold(const std::optional<MacAddress>& known) {
    decision_.device = known;
    if (!known && !hear_device()) return decision_;
    if (!hear_request()) return decision_;
    if (scope_ == Scope::kDeviceOnly || !hear_ownership()) return decision_;
    if (scope_ == Scope::kOwnership) hear_storing();
    return decision_;
  }

  Decision hear_device_alone() {
    if (hear_device()) decision_.reason = Reason::kDevice;
    return decision_;
  }

private:
  // Records the answer to a question; true if it is yes.
  bool answered(Question question, std::optional<Reason> refusal) {
    if constexpr (Observed) observer_->asked(question, refusal);
    if (refusal) decision_.reason = *refusal;
    return !refusal;
  }
  bool answered(Question question, bool yes, Reason refusal) {
    return answered(question, yes ? std::nullopt : std::optional(refusal));
  }

  bool hear_device() {
    const CertificateState state = device_.certificate();
    const auto refusal = refusal_of(state);
    if (!answered(Question::kTls, state == CertificateState::kNoTls ? refusal : std::nullopt) ||
        !answered(Question::kCertificate,
                  state == CertificateState::kNone ? refusal : std::nullopt) ||
        !answered(Question::kVerified, refusal))
      return false;
    const Validity validity = device_.validity();
    if (!answered(Question::kValidity, refusal_of(validity)) ||
        !answered(Question::kTrust, refusal_of(device_.trust())) ||
        !answered(Question::kRevocation, refusal_of(device_.revocation())))
      return false;
    const Identity identity = device_.identity();
    if (const auto* fault = std::get_if<IdentityFault>(&identity))
      return answered(Question::kIdentity, refusal_of(*fault));
    const MacAddress mac = std::get<MacAddress>(identity);
    answered(Question::kIdentity, std::nullopt);
    if (!answered(Question::kUnicast, mac.is_unicast() && !mac.is_placeholder(),
                  Reason::kIdentityMalformed))
      return false;
    decision_.device = mac;
    const AclAnswer acl = device_.acl(mac);
    auto acl_refusal = refusal_of(acl);
    if (!acl_refusal && validity == Validity::kExpiredUnlessNamed &&
        acl != AclAnswer::kAdmittedByName)
      acl_refusal = Reason::kCertificateExpired;
    return answered(Question::kAcl, acl_refusal);
  }

  bool hear_request() {
    method_ = kind_of(resource_.method);
    if (!answered(Question::kMethod, method_is_admitted(), Reason::kMethodRefused)) return false;
    if (!answered(Question::kCleanText, text_is_clean(), Reason::kPathUnsafe)) return false;
    if (scope_ == Scope::kDeviceOnly) {
      if (method_ != MethodKind::kRead) return answered(Question::kUpload, Reason::kUploadRefused);
      decision_.reason = Reason::kDevice;
    }
    return true;
  }

  [[nodiscard]] bool method_is_admitted() const noexcept {
    if (method_ == MethodKind::kPost)
      return (policy_.match == Match::kQuery || policy_.match == Match::kUri ||
              policy_.match == Match::kNone) &&
             resource_.handler != Handler::kFile;
    return method_ != MethodKind::kRefused;
  }

  [[nodiscard]] bool text_is_clean() const {
    if (!is_clean_path(resource_.path)) return false;
    if (!query_.text().empty() && !is_clean_query(query_.text())) return false;
    return !sent_ || (is_clean_path(sent_->path.text()) && !has_dot_segment(sent_->path.text()) &&
                      is_clean_query(sent_->query.text()));
  }

  // The request path without PATH_INFO that follows an existing file.
  [[nodiscard]] std::string_view file_path() const noexcept {
    std::string_view path = resource_.path;
    // Anything but a slash at the seam would cut a name, and a MAC in it, in two.
    if (resource_.file_exists && resource_.path_info.starts_with('/'))
      path.remove_suffix(size_in_path(resource_.path_info, path));
    return path;
  }

  struct PathReading {
    bool own;         // the device's address stands in the path
    bool own_in_name; // and it does in the last segment
    bool shared;      // the last segment is the name of a shared file
  };

  // Notes the addresses of a path, but not those that a shared name spells out.
  PathReading read_path(std::string_view path) {
    MacsInText macs = scan(path);
    // A name that holds its own address is its own, whatever the patterns say.
    const bool own_in_name = macs.own && path.find('/', macs.own_at) == std::string_view::npos;
    if (own_in_name || policy_.shared == nullptr) return note(macs, own_in_name, false);
    const std::string_view name = last_segment(path);
    const bool shared = policy_.shared->contains(name, *decision_.device);
    if (shared && macs.foreign) macs = scan(path.substr(0, path.size() - name.size()));
    return note(macs, false, shared);
  }
  PathReading note(const MacsInText& macs, bool own_in_name, bool shared) noexcept {
    note(macs);
    return {macs.own, own_in_name, shared};
  }
  MacsInText note(const MacsInText& macs) noexcept {
    if (!decision_.foreign) decision_.foreign = macs.foreign;
    return macs;
  }
  [[nodiscard]] MacsInText scan(std::string_view text) const noexcept {
    if (text.empty()) return {};
    return find_macs(text, *decision_.device);
  }

  bool hear_ownership() {
    if (policy_.match == Match::kNone && scope_ == Scope::kOwnership) {
      // Whose a file is does not matter for reading; a shared one is not stored.
      shared_ = method_ == MethodKind::kStore && policy_.shared != nullptr &&
                policy_.shared->contains(last_segment(target()), *decision_.device);
      decision_.reason = Reason::kDevice;
      return true;
    }
    const std::string_view path = file_path();
    const PathReading in_path = read_path(path);
    shared_ = in_path.shared;
    const MacsInText in_rest = note(scan(resource_.path.substr(path.size())));
    if (!resource_.path_info.empty() && !resource_.path.ends_with(resource_.path_info))
      note(scan(resource_.path_info));
    note(scan(query_.text()));
    // Mostly the end of the path itself, from a '/' on: nothing new to see.
    if (resource_.proxied || !target().starts_with('/') || !ascii::ends_with(path, target()))
      read_path(target());
    if (sent_) note(scan(sent_->query.text()));
    if (!answered(Question::kForeign, !decision_.foreign, Reason::kMacForeign)) return false;
    if (scope_ == Scope::kNoForeign) {
      decision_.reason = Reason::kDevice;
      return true;
    }

    bool own = resource_.from_own_file;
    switch (policy_.match) {
    case Match::kPath: own = own || in_path.own; break;
    case Match::kFile: own = own || in_path.own_in_name; break;
    case Match::kUri: own = own || in_path.own || in_rest.own; break;
    case Match::kQuery:
      own = own || query_parameter_is(resource_.query, policy_.query_name, *decision_.device);
      break;
    case Match::kNone: break;
    }
    // These two are for handlers: of a file that httpd serves by itself the
    // client would choose the name and prove nothing by the rest of the URL.
    if ((policy_.match == Match::kUri || policy_.match == Match::kQuery) &&
        resource_.handler == Handler::kFile)
      own = own && scan(target()).own;
    if (!answered(Question::kOwnOrShared, own || shared_, Reason::kMacMissing)) return false;
    decision_.reason = shared_ ? Reason::kSharedFile : Reason::kOwnFile;
    return true;
  }

  void hear_storing() {
    if (!answered(Question::kSharedReadOnly, !shared_ || method_ == MethodKind::kRead,
                  Reason::kSharedReadOnly))
      return;
    answered(Question::kUpload, method_ != MethodKind::kStore || is_own_upload(),
             Reason::kUploadRefused);
  }

  [[nodiscard]] bool is_own_upload() const {
    const MacsInText macs = scan(target());
    return macs.own && !macs.foreign && policy_.uploads != nullptr &&
           policy_.uploads->contains(last_segment(target()), *decision_.device);
  }

  // The file that is read or stored, here or by a backend.
  [[nodiscard]] std::string_view target() const noexcept {
    return sent_ ? sent_->path.text() : resource_.mapped;
  }

  const Policy& policy_;
  const Resource& resource_;
  DeviceAnswers& device_;
  Scope scope_;
  Observer* observer_;
  Decoded query_;
  std::optional<SentUrl> sent_; // if the request goes to a backend
  MethodKind method_ = MethodKind::kRefused;
  bool shared_ = false;
  Decision decision_;
};

// Not a part of decide(): what nearly no request needs shall cost the others nothing.
[[gnu::noinline]] Decision hear(const Policy& policy, const Resource& resource,
                                DeviceAnswers& device, Scope scope,
                                const std::optional<MacAddress>& known) {
  return Hearing<false>(policy, resource, device, scope, nullptr).hold(known);
}

// Whether a request is one of the kind that nearly all are, so that questions 10 to 15 are
// answered at one look: a device reads a file by a path with its own address in the name,
// and is given the file by that name. The book says the same of it, question by question.
bool is_plainly_own_file(const Policy& policy, const Resource& resource,
                         const MacAddress& own) noexcept {
  return kind_of(resource.method) == MethodKind::kRead && resource.path_info.empty() &&
         resource.query.empty() && !resource.proxied && resource.mapped.starts_with('/') &&
         polyauth::is_plainly_own_file(policy.match, resource.path, own) &&
         ascii::ends_with(resource.path, resource.mapped);
}

} // namespace

Decision decide(const Policy& policy, const Resource& resource, DeviceAnswers& device, Scope scope,
                Observer* observer) {
  if (observer != nullptr)
    return Hearing<true>(policy, resource, device, scope, observer).hold(std::nullopt);
  return decide_knowing(device.admitted(), policy, resource, device, scope);
}

Decision decide_knowing(const std::optional<MacAddress>& admitted, const Policy& policy,
                        const Resource& resource, DeviceAnswers& device, Scope scope) {
  if (admitted && scope == Scope::kOwnership && is_plainly_own_file(policy, resource, *admitted))
    return {Reason::kOwnFile, admitted, std::nullopt};
  return hear(policy, resource, device, scope, admitted);
}

bool is_plainly_own_file(Match match, std::string_view path, const MacAddress& own) noexcept {
  return (match == Match::kPath || match == Match::kFile) && is_plainly_own(path, own);
}

Decision identify(DeviceAnswers& device, Observer* observer) {
  const Policy policy;
  const Resource resource;
  constexpr Scope kScope = Scope::kDeviceOnly;
  if (observer != nullptr)
    return Hearing<true>(policy, resource, device, kScope, observer).hear_device_alone();
  if (const auto known = device.admitted()) return {Reason::kDevice, known, std::nullopt};
  return Hearing<false>(policy, resource, device, kScope, nullptr).hear_device_alone();
}

Decision ask_user(Decision decision, UserName rule, const Login& login, Observer* observer) {
  const auto is_its = [&](const std::optional<MacAddress>& mac) {
    return mac && decision.device == mac;
  };
  const bool yes = (rule == UserName::kAny || is_its(MacAddress::parse(login.user))) &&
                   (!login.owner || is_its(login.owner));
  if (observer != nullptr)
    observer->asked(Question::kUser, yes ? std::nullopt : std::optional(Reason::kUserNotDevice));
  if (!yes) decision.reason = Reason::kUserNotDevice;
  return decision;
}

} // namespace polyauth
