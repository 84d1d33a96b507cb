// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/live_file.hpp"
#include "pki/issuer_key.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// PolyAuthCACertificateFile: whose certificates are believed. conf/DIRECTIVES.md,
// question 5.
namespace polyauth {

inline constexpr std::uint64_t kMaxTrustBytes = 1U << 20;

// PEM text.
extern const FileFormat kTrustFormat;

// What a trust file says of one certificate.
struct Verdict {
  bool trusted = false;
  std::string problem; // if not: in OpenSSL's words, with depth and name; printable
  // Leaf first, anchor last; empty if not trusted. The issuer of an anchor that is
  // not self-signed is the certificate of the file that signed it, or
  // kUnknownIssuer: nobody in the file could revoke it then.
  std::vector<ChainLink> chain;
  // From when to when (both inclusive) time alone does not change it.
  std::int64_t holds_since = 0;
  std::int64_t holds_until = 0;
};

// The certificates of a trust file, ready to judge. Thread-safe.
//
// A chain is built from the leaf and these alone. Anchors are the self-signed
// ones, or all if there is none. OpenSSL verifies it for the purpose of a TLS
// client; only the dates of the leaf are left to question 4.
class PublishedTrust {
public:
  // How many verdicts are remembered; who has more devices computes some again.
  static constexpr std::size_t kMaxVerdicts = 4096;

  // Copies what it needs of the image.
  static Result<PublishedTrust> open_published(std::span<const std::byte> image);
  PublishedTrust(PublishedTrust&& other) noexcept;
  PublishedTrust& operator=(PublishedTrust&& other) noexcept;
  ~PublishedTrust();

  // The verdict on a leaf at this time; never nullptr. Computed once and
  // remembered by the whole certificate and the level, as long as this object
  // lives and the dates of the file stand. `security_level` is what
  // SSL_CTX_get_security_level() says. Several threads may ask about the same leaf.
  // Throws std::bad_alloc.
  [[nodiscard]] std::shared_ptr<const Verdict> judge(X509* leaf, int security_level,
                                                     std::int64_t now) const;

  // How many verdicts are remembered now, for tests.
  [[nodiscard]] std::size_t remembered() const;

private:
  struct State;
  explicit PublishedTrust(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

using LiveTrust = LiveFile<PublishedTrust>;

} // namespace polyauth
