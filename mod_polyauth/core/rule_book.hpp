// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/acl.hpp"
#include "core/decision.hpp"
#include "core/file_lists.hpp"
#include "core/identity.hpp"
#include "core/match.hpp"

#include <cstdint>
#include <string_view>

// The one ordered rule book (conf/DIRECTIVES.md, "The decision"). The server, the tool and the
// tests call decide(), identify() and ask_user(), and nothing else combines its questions.
namespace polyauth {

// How the certificate came to us: questions 1 to 3.
enum class CertificateState : std::uint8_t { kNoTls, kNone, kUnverified, kVerified };

// Question 4. kExpiredUnlessNamed lets an expired certificate through to the
// ACL, which must then name the device in full (PolyAuthExpiredCertificates listed).
enum class Validity : std::uint8_t { kValid, kNotYetValid, kExpired, kExpiredUnlessNamed };

// Question 5.
// kUnavailable: there is a trust file, but it cannot be consulted.
enum class Trust : std::uint8_t { kNotAsked, kTrusted, kUntrusted, kUnavailable };

// Question 6.
enum class Revocation : std::uint8_t { kNotAsked, kGood, kRevoked, kUnavailable };

// What is true of the device at this moment. decide() asks in the order of the
// functions, each at most once, and stops at the first refusal, so that an
// answer may be costly. An answer that throws ends in internal-error.
class DeviceAnswers {
public:
  // The device, if all of the following were answered with yes before and nothing that
  // they rest on has changed: then they are not asked again. Asked first, unless there is
  // an observer.
  [[nodiscard]] virtual std::optional<MacAddress> admitted() { return std::nullopt; }

  [[nodiscard]] virtual CertificateState certificate() = 0;
  [[nodiscard]] virtual Validity validity() = 0;
  [[nodiscard]] virtual Trust trust() = 0;
  [[nodiscard]] virtual Revocation revocation() = 0;
  [[nodiscard]] virtual Identity identity() = 0;
  [[nodiscard]] virtual AclAnswer acl(const MacAddress& device) = 0;

protected:
  DeviceAnswers() = default;
  DeviceAnswers(const DeviceAnswers&) = default;
  DeviceAnswers& operator=(const DeviceAnswers&) = default;
  ~DeviceAnswers() = default;
};

// Who answers the request, as far as it is known by now.
enum class Handler : std::uint8_t { kUnknown, kFile, kOther };

// The settings of a section that the rule book needs. Views; not owned.
struct Policy {
  Match match = Match::kPath;
  std::string_view query_name; // of Match::kQuery
  const SharedFiles* shared = nullptr;
  const Uploads* uploads = nullptr;
};

// What is asked for. Views; not owned.
struct Resource {
  std::string_view method;
  std::string_view path;      // decoded request path with PATH_INFO
  std::string_view path_info; // what follows the part of it that was mapped
  bool file_exists = false;   // the mapped path is an existing file: then PATH_INFO is not its name
  std::string_view query;     // as sent, without '?'
  std::string_view mapped;    // mapped file below its document root or Alias; or the path and
                              // query that are sent to a backend, as they are sent
  bool proxied = false;       // `mapped` is the latter
  Handler handler = Handler::kUnknown;
  bool from_own_file = false; // an inner request of one that was granted as own-file
};

// Which questions are asked.
enum class Scope : std::uint8_t {
  kOwnership,  // 1 to 15
  kNoForeign,  // 1 to 12, whatever the Match
  kDeviceOnly, // 1 to 11, and reading methods only
};

// Is told each question that was asked, in order, and the reason if it was
// answered with no.
class Observer {
public:
  virtual void asked(Question question, std::optional<Reason> refusal) = 0;

protected:
  Observer() = default;
  Observer(const Observer&) = default;
  Observer& operator=(const Observer&) = default;
  ~Observer() = default;
};

// Asks the questions in order; the first that is answered with no is the reason.
// Throws what an answer throws, and std::bad_alloc.
[[nodiscard]] Decision decide(const Policy& policy, const Resource& resource, DeviceAnswers& device,
                              Scope scope, Observer* observer = nullptr);

// The same without an observer, for whoever has asked for DeviceAnswers::admitted() already.
[[nodiscard]] Decision decide_knowing(const std::optional<MacAddress>& admitted,
                                      const Policy& policy, const Resource& resource,
                                      DeviceAnswers& device, Scope scope);

// Whether decide() says own-file of an admitted device that reads, without PATH_INFO or query,
// the file that the whole of this path names below its document root. A "no" says nothing:
// then decide() must be asked.
[[nodiscard]] bool is_plainly_own_file(Match match, std::string_view path,
                                       const MacAddress& own) noexcept;

// Questions 1 to 9 alone: Reason::kDevice if it is a device that the section admits. Throws
// what an answer throws.
[[nodiscard]] Decision identify(DeviceAnswers& device, Observer* observer = nullptr);

// PolyAuthUserName.
enum class UserName : std::uint8_t { kAny, kDevice };

// Who has logged in. Views; not owned.
struct Login {
  std::string_view user;           // as httpd knows it; may be any text
  std::optional<MacAddress> owner; // of the password, if it is one device's alone
};

// Question 16, after authentication: the decision so far, if the user name is the device's
// where it must be, and a password that is one device's alone is this one's; otherwise, and
// where it knows no device, user-not-device.
[[nodiscard]] Decision ask_user(Decision decision, UserName rule, const Login& login,
                                Observer* observer = nullptr);

} // namespace polyauth
