// SPDX-License-Identifier: Apache-2.0
#include "credentials/one_time_tag.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace polyauth {

int one_time_tag(std::string_view hash, const OneTimeCode& code) {
  const std::string digits = code.digits();
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  const auto* const bytes = reinterpret_cast<const unsigned char*>(digits.data());
  if (HMAC(EVP_sha256(), hash.data(), static_cast<int>(hash.size()), bytes, digits.size(),
           digest.data(), nullptr) == nullptr)
    throw std::runtime_error("HMAC-SHA-256 is not available");
  return digest[0] << 8 | digest[1];
}

} // namespace polyauth
