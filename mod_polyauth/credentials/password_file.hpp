// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "credentials/password_image.hpp"
#include "io/live_file.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

// PolyAuthPasswordFile: read as text, published as an image, asked for a user and a
// password.
namespace polyauth {

inline constexpr std::uint64_t kMaxPasswordBytes = 8U << 20;

extern const FileFormat kPasswordFormat;

// Whether the password has the hash; both end with their NUL.
using HashCheck = bool (*)(const char* password, const char* hash);

class VerifiedPairs;

// The published form of a password file. Thread-safe.
class PublishedPasswords {
public:
  // For how long a pair that was verified needs no hash, in seconds, and how many
  // pairs are remembered at most.
  static constexpr std::int64_t kRemembered = 60;
  static constexpr std::size_t kMaxRemembered = 16384;

  static Result<PublishedPasswords> open_published(std::span<const std::byte> image);
  PublishedPasswords(PublishedPasswords&& other) noexcept;
  PublishedPasswords& operator=(PublishedPasswords&& other) noexcept;
  ~PublishedPasswords();

  // The label of the line that opens (empty if it has none), which is a part of the
  // image, or nothing. Every line of the user in its window may open. Whoever does
  // not exist, or has fewer lines, costs as many hashes of each kind as the user who
  // has the most of them, so that the time tells nobody which users there are.
  //
  // A pair that opened is remembered for kRemembered seconds under HMAC-SHA-256 with
  // a random key of this object: no password is kept, and all is forgotten with the
  // version of the file. The window of its line is looked at each time.
  //
  // A password that holds a NUL, or is empty, opens nothing; nor does one of more than
  // 72 bytes by a bcrypt hash, which looks no further.
  [[nodiscard]] std::optional<std::string_view> check(std::string_view user,
                                                      std::string_view password, std::int64_t now,
                                                      HashCheck has_hash) const;

  [[nodiscard]] std::size_t users() const noexcept { return view_.users(); }
  [[nodiscard]] std::size_t lines() const noexcept { return view_.lines(); }

private:
  PublishedPasswords(PasswordView view, std::unique_ptr<VerifiedPairs> verified);
  [[nodiscard]] std::optional<std::uint32_t> find_line(std::string_view user,
                                                       std::string_view password, std::int64_t now,
                                                       HashCheck has_hash) const;

  PasswordView view_;
  std::unique_ptr<VerifiedPairs> verified_;
};

} // namespace polyauth
