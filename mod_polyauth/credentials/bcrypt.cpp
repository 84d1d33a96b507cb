// SPDX-License-Identifier: Apache-2.0
#include "credentials/bcrypt.hpp"

#include "core/password_hash.hpp"
#include "credentials/random.hpp"

#include <openssl/crypto.h>

#include <crypt.h>

#include <array>
#include <memory>
#include <new>

namespace polyauth {

namespace {

// What crypt() works in: too large for a stack, and full of what it was given.
struct Wipe {
  void operator()(crypt_data* data) const noexcept {
    OPENSSL_cleanse(data, sizeof *data);
    delete data;
  }
};
using Scratch = std::unique_ptr<crypt_data, Wipe>;

// A password with its NUL, gone with the object.
class Phrase {
public:
  explicit Phrase(std::string_view password) noexcept {
    password.copy(text_.data(), kMaxBcryptBytes);
  }
  Phrase(const Phrase&) = delete;
  Phrase& operator=(const Phrase&) = delete;
  ~Phrase() { OPENSSL_cleanse(text_.data(), text_.size()); }
  [[nodiscard]] const char* c_str() const noexcept { return text_.data(); }

private:
  std::array<char, kMaxBcryptBytes + 1> text_{};
};

bool is_hashable(std::string_view password) noexcept {
  return !password.empty() && password.size() <= kMaxBcryptBytes &&
         password.find('\0') == std::string_view::npos;
}

} // namespace

Result<std::string> bcrypt_hash(std::string_view password, unsigned cost) {
  if (password.empty()) return Error{"the password is empty"};
  if (password.size() > kMaxBcryptBytes)
    return Error{"the password is longer than the 72 bytes that bcrypt looks at"};
  if (!is_hashable(password)) return Error{"the password holds a NUL byte"};
  if (cost < kMinBcryptCost || cost > kMaxBcryptCost)
    return Error{"a bcrypt cost of " + std::to_string(cost) + " is not between 4 and 17"};
  std::array<unsigned char, 16> random{};
  if (const auto filled = fill_random(random); !filled) return Error{filled.error()};
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  if (crypt_gensalt_rn("$2y$", cost, reinterpret_cast<const char*>(random.data()), random.size(),
                       setting.data(), setting.size()) == nullptr)
    return Error{"the system's crypt library does not know bcrypt"};
  const Phrase phrase(password);
  const Scratch scratch(new crypt_data{});
  const char* const hash = crypt_rn(phrase.c_str(), setting.data(), scratch.get(), sizeof *scratch);
  if (hash == nullptr || !parse_hash(hash))
    return Error{"the system's crypt library does not do bcrypt"};
  return std::string(hash);
}

bool bcrypt_matches(std::string_view password, std::string_view hash) noexcept {
  const auto work = parse_hash(hash);
  if (!work || work->scheme != HashWork::Scheme::kBcrypt || !is_hashable(password)) return false;
  constexpr std::size_t kLength = 60;
  std::array<char, kLength + 1> setting{};
  hash.copy(setting.data(), kLength);
  const Phrase phrase(password);
  const Scratch scratch(new (std::nothrow) crypt_data{});
  if (!scratch) return false;
  const char* const made = crypt_rn(phrase.c_str(), setting.data(), scratch.get(), sizeof *scratch);
  return made != nullptr && std::string_view(made).size() == kLength &&
         CRYPTO_memcmp(made, setting.data(), kLength) == 0;
}

} // namespace polyauth
