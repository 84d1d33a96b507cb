// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/credential_line.hpp"
#include "core/mac_address.hpp"
#include "core/result.hpp"
#include "credentials/device_password.hpp"

#include <openssl/crypto.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The secrets from which the passwords of devices are derived (conf/DIRECTIVES.md,
// "The device secret file").
namespace polyauth {

inline constexpr std::uint64_t kMaxDeviceSecretFileBytes = 64U << 10;
inline constexpr std::size_t kMaxDeviceSecrets = 64;

// One secret. Whatever copy of it goes out of use is overwritten.
struct DeviceSecret {
  std::string id;
  Window window;
  std::size_t line = 0;
  std::array<unsigned char, kDeviceSecretBytes> bytes{};

  DeviceSecret() = default;
  DeviceSecret(const DeviceSecret&) = default;
  DeviceSecret& operator=(const DeviceSecret&) = default;
  ~DeviceSecret() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

// Immutable; thread-safe.
class DeviceSecrets {
public:
  struct Parsed; // see below

  // Reads the bytes of a file. Errors have their place and hold no part of a secret.
  [[nodiscard]] static Parsed parse(std::string_view text);

  struct Password {
    std::string text;
    std::string_view id; // of this object
  };

  // The password that a device is to be told: that of the newest secret in its
  // window, which is the one with the latest from= (none is the earliest), and of
  // several the one that stands last. Nothing if no secret is in its window.
  [[nodiscard]] std::optional<Password> current(const MacAddress& mac, std::int64_t now) const;

  // The id, of this object, of the secret in its window under which this is the
  // password of the device. Takes the same time whether it is one or not.
  [[nodiscard]] std::optional<std::string_view>
  match(const MacAddress& mac, std::string_view password, std::int64_t now) const;

  // As they stand in the file.
  [[nodiscard]] const std::vector<DeviceSecret>& all() const noexcept { return secrets_; }

private:
  std::vector<DeviceSecret> secrets_;
};

struct DeviceSecrets::Parsed {
  std::optional<DeviceSecrets> secrets; // if there is no error
  std::vector<Diagnostic> errors;       // the first kMaxReported
  std::size_t error_count = 0;

  static constexpr std::size_t kMaxReported = 20;
};

} // namespace polyauth
