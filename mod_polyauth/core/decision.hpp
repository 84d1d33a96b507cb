// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mac_address.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// The vocabulary of a decision. Log readers, the tool and tests match on the
// slugs, so a slug never changes.
namespace polyauth {

// The questions of the rule book, by their numbers in conf/DIRECTIVES.md, "The decision".
enum class Question : std::uint8_t {
  kTls = 1,
  kCertificate,
  kVerified,
  kValidity,
  kTrust,
  kRevocation,
  kIdentity,
  kUnicast,
  kAcl,
  kMethod,
  kCleanText,
  kForeign,
  kOwnOrShared,
  kSharedReadOnly,
  kUpload,
  kUser,
};
inline constexpr int kQuestionCount = 15; // that decide() asks; kUser follows authentication

// What the question asks, as `polyauthctl explain` prints it.
[[nodiscard]] std::string_view question_text(Question question) noexcept;

// Every way a request can end, in the order of the questions.
enum class Reason : std::uint8_t {
  kNoTls,
  kNoCertificate,
  kCertificateUnverified,
  kCertificateExpired,
  kCertificateNotYetValid,
  kIssuerUntrusted,
  kCertificateRevoked,
  kIdentityMissing,
  kIdentityMultiple,
  kIdentityMalformed,
  kAclDenied,
  kAclUnlisted,
  kAclUnavailable,
  kMethodRefused,
  kPathUnsafe,
  kMacForeign,
  kMacMissing,
  kSharedReadOnly,
  kUploadRefused,
  kUserNotDevice,
  kInternalError,
  // granted
  kOwnFile,
  kSharedFile,
  kDevice,
};

inline constexpr std::size_t kReasonCount = static_cast<std::size_t>(Reason::kDevice) + 1;

[[nodiscard]] std::string_view slug(Reason reason) noexcept;
// The reason whose slug is exactly this.
[[nodiscard]] std::optional<Reason> parse_reason(std::string_view text) noexcept;
[[nodiscard]] constexpr bool is_granted(Reason reason) noexcept {
  return reason >= Reason::kOwnFile;
}

// The answer of the rule book. Closed by default.
struct Decision {
  Reason reason = Reason::kInternalError;
  std::optional<MacAddress> device;  // known from question 8 on
  std::optional<MacAddress> foreign; // the address that question 12 objects to

  [[nodiscard]] bool granted() const noexcept { return is_granted(reason); }
};

} // namespace polyauth
