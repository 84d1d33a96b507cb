// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/acl.hpp"
#include "core/acl_text.hpp"
#include "core/file_lists.hpp"
#include "core/identity.hpp"
#include "core/rule_book.hpp"

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Values for tests. A builder throws on input that the code under test refuses,
// so that a slip in a test does not pass for a refusal.
namespace polyauth::test {

using Words = std::vector<std::string_view>;

inline MacAddress mac(std::string_view text) {
  const auto address = MacAddress::parse(text);
  if (!address) throw std::invalid_argument("no MAC: " + std::string(text));
  return *address;
}

template <typename T> T must(Result<T> result) {
  if (!result) throw std::invalid_argument(result.error());
  return std::move(*result);
}

inline SharedFiles shared(const Words& words) { return must(SharedFiles::parse(words)); }
inline Uploads uploads(const Words& words) { return must(Uploads::parse(words)); }
inline IdentityForms forms(const Words& words) { return must(IdentityForms::parse(words)); }

inline Subject subject(std::initializer_list<std::pair<Attribute, std::string_view>> values) {
  Subject subject;
  for (const auto& [attribute, value] : values)
    if (subject[attribute].count++ == 0) subject[attribute].first = value;
  return subject;
}

// The image of a text ACL.
inline std::vector<std::byte> acl_image(std::string_view text) {
  AclText parsed = parse_acl(text);
  if (!parsed.errors.empty()) throw std::invalid_argument(parsed.errors.front().text);
  return build_acl_image(parsed.entries);
}

// What is true of a device, and what of it was asked.
class Answers final : public DeviceAnswers {
public:
  CertificateState certificate_is = CertificateState::kVerified;
  Validity validity_is = Validity::kValid;
  Trust trust_is = Trust::kTrusted;
  Revocation revocation_is = Revocation::kGood;
  Identity identity_is = MacAddress(0x0004f2aabbcc);
  AclAnswer acl_is = AclAnswer::kAdmitted;
  std::vector<std::string> asked;
  std::optional<MacAddress> acl_was_asked_for;

  CertificateState certificate() override { return note("certificate"), certificate_is; }
  Validity validity() override { return note("validity"), validity_is; }
  Trust trust() override { return note("trust"), trust_is; }
  Revocation revocation() override { return note("revocation"), revocation_is; }
  Identity identity() override { return note("identity"), identity_is; }
  AclAnswer acl(const MacAddress& device) override {
    acl_was_asked_for = device;
    return note("acl"), acl_is;
  }

private:
  void note(const char* what) { asked.emplace_back(what); }
};

// Writes down what decide() reports.
class Transcript final : public Observer {
public:
  std::vector<std::pair<Question, std::optional<Reason>>> lines;
  void asked(Question question, std::optional<Reason> refusal) override {
    lines.emplace_back(question, refusal);
  }
};

// A section with the default lists, a verified device 0004f2aabbcc, and a
// request for its own configuration file.
struct Scene {
  SharedFiles shared_files = shared({"poly"});
  Uploads upload_list = uploads({"poly"});
  Match match = Match::kPath;
  std::string_view query_name;
  Answers device;
  Resource resource = plain("GET", "/0004f2aabbcc.cfg");
  Scope scope = Scope::kOwnership;

  // A file that httpd serves by itself, mapped where its path says.
  static Resource plain(std::string_view method, std::string_view path) {
    Resource resource;
    resource.method = method;
    resource.path = path;
    resource.mapped = path;
    resource.handler = Handler::kFile;
    resource.file_exists = true;
    return resource;
  }

  [[nodiscard]] Decision decide(Observer* observer = nullptr) {
    const Policy policy{match, query_name, &shared_files, &upload_list};
    return polyauth::decide(policy, resource, device, scope, observer);
  }
  [[nodiscard]] std::string verdict() { return std::string(slug(decide().reason)); }
  [[nodiscard]] std::string verdict(const Resource& changed) {
    resource = changed;
    return verdict();
  }
};

} // namespace polyauth::test
