// SPDX-License-Identifier: Apache-2.0
#include "pki/trust_image.hpp"

#include "io/image_frame.hpp"

#include <openssl/err.h>

#include <cstring>
#include <optional>

namespace polyauth {

namespace {

constexpr std::string_view kMagic = "PA-TRUST";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kWord = sizeof(std::uint64_t);

constexpr std::size_t padded(std::size_t length) noexcept {
  return (length + kWord - 1) / kWord * kWord;
}

void append_number(std::vector<std::byte>& image, std::uint64_t number) {
  image.resize(image.size() + kWord);
  std::memcpy(image.data() + image.size() - kWord, &number, kWord);
}

// Takes a number off the rest; nothing if it has ended.
std::optional<std::uint64_t> take_number(std::span<const std::byte>& rest) noexcept {
  if (rest.size() < kWord) return std::nullopt;
  std::uint64_t number = 0;
  std::memcpy(&number, rest.data(), kWord);
  rest = rest.subspan(kWord);
  return number;
}

} // namespace

std::vector<std::byte> build_trust_image(std::span<const std::vector<unsigned char>> certificates) {
  std::vector<std::byte> image(sizeof(ImageFrame));
  append_number(image, certificates.size());
  for (const std::vector<unsigned char>& der : certificates) {
    append_number(image, der.size());
    const std::size_t at = image.size();
    image.resize(at + padded(der.size()));
    std::memcpy(image.data() + at, der.data(), der.size());
  }
  seal_image(image, kMagic, kVersion);
  return image;
}

Result<std::vector<X509Ptr>> open_trust_image(std::span<const std::byte> image) {
  if (const auto frame = check_frame(image, kMagic, kVersion, ImageCheck::kWhole); !frame)
    return Error{frame.error()};
  std::span<const std::byte> rest = image.subspan(sizeof(ImageFrame));
  const auto count = take_number(rest);
  if (!count || *count == 0 || *count > kMaxTrustCertificates)
    return Error{"the image holds an impossible number of certificates"};
  std::vector<X509Ptr> certificates;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto length = take_number(rest);
    // Compared before it is filled up, which could overflow.
    if (!length || *length > rest.size() || padded(*length) > rest.size())
      return Error{"a certificate lies outside the image"};
    X509Ptr certificate = parse_certificate(
        {reinterpret_cast<const unsigned char*>(rest.data()), static_cast<std::size_t>(*length)});
    if (!certificate || !is_sound(certificate.get()))
      return Error{"a certificate of the image is none"};
    certificates.push_back(std::move(certificate));
    rest = rest.subspan(padded(*length));
  }
  if (!rest.empty()) return Error{"the image holds more than its certificates"};
  return certificates;
}

X509Ptr parse_certificate(std::span<const unsigned char> der, bool* whole) {
  const unsigned char* end = der.data();
  X509Ptr certificate(d2i_X509(nullptr, &end, static_cast<long>(der.size())));
  ERR_clear_error();
  const bool consumed = end == der.data() + der.size();
  if (whole != nullptr) {
    *whole = consumed;
    return certificate;
  }
  return consumed ? std::move(certificate) : nullptr;
}

bool is_sound(X509* certificate) noexcept {
  const bool sound = (X509_get_extension_flags(certificate) & EXFLAG_INVALID) == 0 &&
                     X509_get0_pubkey(certificate) != nullptr;
  ERR_clear_error();
  return sound;
}

bool is_self_signed(X509* certificate) noexcept {
  const bool yes = X509_self_signed(certificate, 1) == 1;
  ERR_clear_error();
  return yes;
}

} // namespace polyauth
