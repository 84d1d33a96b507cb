// SPDX-License-Identifier: Apache-2.0
#include "credentials/device_password.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdint>
#include <new>
#include <string_view>

namespace polyauth {

std::string device_password(std::span<const unsigned char, kDeviceSecretBytes> secret,
                            const MacAddress& mac) {
  constexpr std::string_view kPurpose("mod_polyauth device password v1\0", 32);
  const std::string message = std::string(kPurpose) + mac.to_string();
  std::array<unsigned char, 32> digest{};
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
           nullptr) == nullptr)
    throw std::bad_alloc();
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::string text;
  text.reserve(kDevicePasswordLength);
  // Five bits a character, from the front; twenty take less than half of the digest.
  for (std::size_t bit = 0; text.size() < kDevicePasswordLength; bit += 5) {
    const unsigned two_bytes =
        static_cast<unsigned>(digest[bit / 8]) << 8 | static_cast<unsigned>(digest[bit / 8 + 1]);
    text += kAlphabet[two_bytes >> (11 - bit % 8) & 31U];
  }
  OPENSSL_cleanse(digest.data(), digest.size());
  return text;
}

} // namespace polyauth
