// SPDX-License-Identifier: Apache-2.0
// What was granted was own, shared or not asked, and nothing that names another
// device is ever granted. One field a line: method, path, PATH_INFO, query,
// mapped, settings. Settings are letters: f u q n for the match (path without
// one), x the file exists, p proxied, h a handler, i from an own file, a any
// upload.
#include "core/clean_text.hpp"
#include "core/mac_scan.hpp"
#include "core/rule_book.hpp"
#include "fuzz/property.hpp"

#include <string>

using namespace polyauth;
using fuzz::require;

namespace {

constexpr MacAddress kOwn(0x0004f2aabbcc);
constexpr std::string_view kForeignFile = "/0004f2aabbcd.cfg";

class Admitted final : public DeviceAnswers {
public:
  CertificateState certificate() override { return CertificateState::kVerified; }
  Validity validity() override { return Validity::kValid; }
  Trust trust() override { return Trust::kNotAsked; }
  Revocation revocation() override { return Revocation::kNotAsked; }
  Identity identity() override { return kOwn; }
  AclAnswer acl(const MacAddress& /*device*/) override { return AclAnswer::kAdmitted; }
};

class Order final : public Observer {
public:
  void asked(Question question, std::optional<Reason> refusal) override {
    require(!refused_, "nothing is asked after a refusal");
    require(static_cast<int>(question) > last_, "questions come in order");
    last_ = static_cast<int>(question);
    refused_ = refusal;
  }
  [[nodiscard]] const std::optional<Reason>& refused() const { return refused_; }

private:
  int last_ = 0;
  std::optional<Reason> refused_;
};

Match match_of(std::string_view settings) {
  if (settings.find('f') != std::string_view::npos) return Match::kFile;
  if (settings.find('u') != std::string_view::npos) return Match::kUri;
  if (settings.find('q') != std::string_view::npos) return Match::kQuery;
  if (settings.find('n') != std::string_view::npos) return Match::kNone;
  return Match::kPath;
}

std::string_view folder_of(std::string_view path) { return path.substr(0, path.rfind('/') + 1); }

Reason reason_of(const Policy& policy, const Resource& resource, Scope scope) {
  Admitted device;
  Order order;
  const Decision decision = decide(policy, resource, device, scope, &order);
  require(decision.granted() != order.refused().has_value(), "a refusal is a question's");
  const Decision unobserved = decide(policy, resource, device, scope);
  require(unobserved.reason == decision.reason && unobserved.device == decision.device &&
              unobserved.foreign == decision.foreign,
          "a decision is the same where nobody observes it");
  require(decision.granted() || decision.reason == *order.refused(),
          "its reason is the decision's");
  require(decision.foreign.has_value() == (decision.reason == Reason::kMacForeign),
          "a foreign address is told where it is the reason");
  return decision.reason;
}

// What must be true of any granted request, said without the rule book.
void check_granted(const Policy& policy, const Resource& resource, Reason reason) {
  const bool stores = resource.method == "PUT";
  require(stores || resource.method == "GET" || resource.method == "HEAD" ||
              resource.method == "OPTIONS" || resource.method == "POST",
          "the method is a phone's");
  require(is_clean_path(resource.path), "the path is clean");
  require(is_clean_query(percent_decode(resource.query)), "the query is clean");
  if (stores) {
    require(reason != Reason::kSharedFile, "a shared file is not stored");
    require(find_macs(percent_decode(resource.mapped), kOwn).own, "what is stored is own");
  }
  if (policy.match == Match::kNone) return;
  require(!find_macs(percent_decode(resource.query), kOwn).foreign, "the query names nobody else");
  require(!find_macs(folder_of(resource.path), kOwn).foreign, "no folder is another device's");
  if (!resource.proxied)
    require(!find_macs(folder_of(resource.mapped), kOwn).foreign, "nor is one where it is mapped");
  if (reason == Reason::kOwnFile && !resource.from_own_file && policy.match != Match::kQuery)
    require(find_macs(resource.path, kOwn).own, "an own file has the own MAC in its path");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const SharedFiles shared = [] {
    constexpr std::string_view kWords[] = {"poly", "common.cfg"};
    return *SharedFiles::parse(kWords);
  }();
  static const Uploads poly_uploads = [] {
    constexpr std::string_view kWords[] = {"poly"};
    return *Uploads::parse(kWords);
  }();
  static const Uploads any_uploads = [] {
    constexpr std::string_view kWords[] = {"any"};
    return *Uploads::parse(kWords);
  }();

  std::string_view rest = fuzz::text_of(data, size);
  Resource resource;
  resource.method = fuzz::take_line(rest);
  resource.path = fuzz::take_line(rest);
  resource.path_info = fuzz::take_line(rest);
  resource.query = fuzz::take_line(rest);
  resource.mapped = fuzz::take_line(rest);
  const std::string_view settings = fuzz::take_line(rest);
  const auto set = [&](char letter) { return settings.find(letter) != std::string_view::npos; };
  resource.file_exists = set('x');
  resource.proxied = set('p');
  resource.handler = set('h') ? Handler::kOther : Handler::kFile;
  resource.from_own_file = set('i');
  const Policy policy{match_of(settings), "mac", &shared, set('a') ? &any_uploads : &poly_uploads};

  const Reason reason = reason_of(policy, resource, Scope::kOwnership);
  if (is_granted(reason)) check_granted(policy, resource, reason);
  const Reason device = reason_of(policy, resource, Scope::kDeviceOnly);
  require(device == Reason::kDevice || !is_granted(device), "who asks is all that is granted");

  if (policy.match == Match::kNone) return 0;
  const auto refused = [&](const Resource& changed) {
    return !is_granted(reason_of(policy, changed, Scope::kOwnership));
  };
  Resource changed = resource;
  const std::string path = std::string(resource.path) + std::string(kForeignFile);
  changed.path = path;
  require(refused(changed), "another's file in the path is not granted");
  changed = resource;
  const std::string query = std::string(resource.query) + "&x=0004f2aabbcd";
  changed.query = query;
  require(refused(changed), "another's MAC in the query is not granted");
  changed = resource;
  const std::string mapped = std::string(resource.mapped) + std::string(kForeignFile);
  changed.mapped = mapped;
  require(refused(changed), "another's mapped file is not granted");
  return 0;
}
