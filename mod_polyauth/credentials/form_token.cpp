// SPDX-License-Identifier: Apache-2.0
#include "credentials/form_token.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <charconv>

namespace polyauth {

namespace {

// No other use of the key makes the same bytes.
constexpr std::string_view kPurpose = "mod_polyauth form v1";

} // namespace

Result<std::string> make_form_token(const FormKey& key, std::string_view user, std::int64_t now) {
  const std::string time = std::to_string(now);
  std::string message(kPurpose);
  message.append(1, '\0').append(time).append(1, '\0').append(user);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
           &size) == nullptr)
    return Error{"OpenSSL cannot compute an HMAC"};
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string token = time + '.';
  for (unsigned i = 0; i < size; ++i) {
    token += kDigits[digest[i] >> 4];
    token += kDigits[digest[i] & 0xfU];
  }
  return token;
}

bool is_form_token(const FormKey& key, std::string_view user, std::string_view token,
                   std::int64_t now) {
  std::int64_t made = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), made);
  if (error != std::errc() || made < 0 || made > now || now - made > kFormTokenLifetime)
    return false;
  const auto expected = make_form_token(key, user, made);
  return expected && expected->size() == token.size() &&
         CRYPTO_memcmp(expected->data(), token.data(), token.size()) == 0;
}

} // namespace polyauth
