// SPDX-License-Identifier: Apache-2.0
#include "core/rule_book.hpp"

#include <string>

#include "core/clean_text.hpp"
#include "core/mac_scan.hpp"
#include "core/query_parameter.hpp"

namespace polyauth {

namespace {

enum class MethodKind : std::uint8_t { kRead, kStore, kPost, kRefused };

MethodKind kind_of(std::string_view method) noexcept {
  if (method == "GET" || method == "HEAD" || method == "OPTIONS") return MethodKind::kRead;
  if (method == "PUT") return MethodKind::kStore;
  if (method == "POST") return MethodKind::kPost;
  return MethodKind::kRefused;
}

std::string_view last_segment(std::string_view path) noexcept {
  return path.substr(path.rfind('/') + 1); // npos + 1 is 0
}

// A text that is decoded only if there is something to decode.
class Decoded {
public:
  explicit Decoded(std::string_view raw)
      : storage_(raw.find('%') == std::string_view::npos ? std::string() : percent_decode(raw)),
        text_(storage_.empty() ? raw : std::string_view(storage_)) {}
  Decoded(const Decoded&) = delete;
  Decoded& operator=(const Decoded&) = delete;
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

private:
  std::string storage_;
  std::string_view text_;
};

std::optional<Reason> refusal_of(CertificateState state) noexcept {
  switch (state) {
  case CertificateState::kNoTls: return Reason::kNoTls;
  case CertificateState::kNone: return Reason::kNoCertificate;
  case CertificateState::kUnverified: return Reason::kCertificateUnverified;
  case CertificateState::kVerified: return std::nullopt;
  }
  return Reason::kInternalError;
}

std::optional<Reason> refusal_of(Validity validity) noexcept {
  switch (validity) {
  case Validity::kValid:
  case Validity::kExpiredUnlessNamed: return std::nullopt;
  case Validity::kNotYetValid: return Reason::kCertificateNotYetValid;
  case Validity::kExpired: return Reason::kCertificateExpired;
  }
  return Reason::kInternalError;
}

Reason refusal_of(IdentityFault fault) noexcept {
  switch (fault) {
  case IdentityFault::kMissing: return Reason::kIdentityMissing;
  case IdentityFault::kMultiple: return Reason::kIdentityMultiple;
  case IdentityFault::kMalformed: return Reason::kIdentityMalformed;
  }
  return Reason::kInternalError;
}

std::optional<Reason> refusal_of(AclAnswer answer) noexcept {
  switch (answer) {
  case AclAnswer::kNotSet:
  case AclAnswer::kAdmitted:
  case AclAnswer::kAdmittedByName: return std::nullopt;
  case AclAnswer::kDenied: return Reason::kAclDenied;
  case AclAnswer::kUnlisted: return Reason::kAclUnlisted;
  case AclAnswer::kUnavailable: return Reason::kAclUnavailable;
  }
  return Reason::kInternalError;
}

// One run through the questions.
class Hearing {
public:
  Hearing(const Policy& policy, const Resource& resource, DeviceAnswers& device, Scope scope,
          Observer* observer)
      : policy_(policy), resource_(resource), device_(device), scope_(scope), observer_(observer),
        query_(resource.query), mapped_(resource.proxied ? resource.mapped : std::string_view()) {}

  Decision hold() {
    if (!hear_device() || !hear_request()) return decision_;
    if (scope_ == Scope::kDeviceOnly || !hear_ownership()) return decision_;
    hear_storing();
    return decision_;
  }

private:
  // Records the answer to a question; true if it is yes.
  bool answered(Question question, std::optional<Reason> refusal) {
    if (observer_ != nullptr) observer_->asked(question, refusal);
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
        !answered(Question::kCertificate, state == CertificateState::kNone ? refusal : std::nullopt) ||
        !answered(Question::kVerified, refusal))
      return false;
    const Validity validity = device_.validity();
    if (!answered(Question::kValidity, refusal_of(validity)) ||
        !answered(Question::kTrust, device_.trust() != Trust::kUntrusted, Reason::kIssuerUntrusted) ||
        !answered(Question::kRevocation, device_.revocation() != Revocation::kRevoked,
                  Reason::kCertificateRevoked))
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
    if (!acl_refusal && validity == Validity::kExpiredUnlessNamed && acl != AclAnswer::kAdmittedByName)
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
    if (!is_clean_path(resource_.path) || !is_clean_query(query_.text())) return false;
    if (!resource_.proxied) return true;
    const std::string_view sent = mapped_.text();
    const std::string_view path = resource_.mapped.substr(0, resource_.mapped.find('?'));
    const Decoded decoded(path);
    return is_clean_path(decoded.text()) && !has_dot_segment(decoded.text()) && is_clean_query(sent);
  }

  // The request path without PATH_INFO that follows an existing file.
  [[nodiscard]] std::string_view file_path() const noexcept {
    std::string_view path = resource_.path;
    if (resource_.file_exists && !resource_.path_info.empty() && path.ends_with(resource_.path_info))
      path.remove_suffix(resource_.path_info.size());
    return path;
  }

  // Notes the addresses of a path whose last segment may be a shared name.
  MacsInText scan_path(std::string_view path, bool& is_shared) {
    const std::string_view name = last_segment(path);
    is_shared = policy_.shared != nullptr && policy_.shared->contains(name, *decision_.device);
    return scan(is_shared ? path.substr(0, path.size() - name.size()) : path);
  }
  MacsInText scan(std::string_view text) {
    const MacsInText macs = find_macs(text, *decision_.device);
    if (!decision_.foreign) decision_.foreign = macs.foreign;
    return macs;
  }

  bool hear_ownership() {
    if (policy_.match == Match::kNone) {
      decision_.reason = Reason::kDevice;
      return true;
    }
    const std::string_view path = file_path();
    const std::string_view sent = mapped_.text();
    bool mapped_is_shared = false;
    const MacsInText in_path = scan_path(path, shared_);
    const MacsInText in_rest = scan(resource_.path.substr(path.size()));
    if (!resource_.path.ends_with(resource_.path_info)) scan(resource_.path_info);
    scan(query_.text());
    if (resource_.proxied) {
      const std::size_t question = sent.find('?');
      in_mapped_ = scan_path(sent.substr(0, question), mapped_is_shared);
      if (question != std::string_view::npos) scan(sent.substr(question));
    } else {
      in_mapped_ = scan_path(resource_.mapped, mapped_is_shared);
    }
    if (!answered(Question::kForeign, !decision_.foreign, Reason::kMacForeign)) return false;

    bool own = resource_.from_own_file;
    switch (policy_.match) {
    case Match::kPath: own = own || in_path.own; break;
    case Match::kFile: own = own || find_macs(last_segment(path), *decision_.device).own; break;
    case Match::kUri: own = own || in_path.own || in_rest.own; break;
    case Match::kQuery: own = own || query_parameter_is(resource_.query, policy_.query_name, *decision_.device); break;
    case Match::kNone: break;
    }
    // These two are for handlers: of a file that httpd serves by itself the
    // client would choose the name and prove nothing by the rest of the URL.
    if ((policy_.match == Match::kUri || policy_.match == Match::kQuery) && resource_.handler == Handler::kFile)
      own = own && in_mapped_.own;
    if (!answered(Question::kOwnOrShared, own || shared_, Reason::kMacMissing)) return false;
    decision_.reason = shared_ ? Reason::kSharedFile : Reason::kOwnFile;
    return true;
  }

  void hear_storing() {
    if (!answered(Question::kSharedReadOnly, !shared_ || method_ == MethodKind::kRead,
                  Reason::kSharedReadOnly))
      return;
    answered(Question::kUpload, method_ != MethodKind::kStore || is_own_upload(), Reason::kUploadRefused);
  }

  [[nodiscard]] bool is_own_upload() const {
    const std::string_view sent = mapped_.text();
    const std::string_view target = resource_.proxied ? sent.substr(0, sent.find('?')) : resource_.mapped;
    const MacsInText macs = find_macs(target, *decision_.device);
    return macs.own && !macs.foreign && policy_.uploads != nullptr &&
           policy_.uploads->contains(last_segment(target), *decision_.device);
  }

  const Policy& policy_;
  const Resource& resource_;
  DeviceAnswers& device_;
  Scope scope_;
  Observer* observer_;
  Decoded query_;
  Decoded mapped_; // what is sent to a backend; empty otherwise
  MethodKind method_ = MethodKind::kRefused;
  MacsInText in_mapped_;
  bool shared_ = false;
  Decision decision_;
};

} // namespace

Decision decide(const Policy& policy, const Resource& resource, DeviceAnswers& device, Scope scope,
                Observer* observer) {
  return Hearing(policy, resource, device, scope, observer).hold();
}

} // namespace polyauth
