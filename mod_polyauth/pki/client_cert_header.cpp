// SPDX-License-Identifier: Apache-2.0
#include "pki/client_cert_header.hpp"

#include "core/ascii.hpp"

#include <openssl/err.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace polyauth {

namespace {

using Bytes = std::vector<unsigned char>;

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";

constexpr int value_of_base64(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

// RFC 4648 4, with its padding and with zeros in the bits that are left over: for each
// list of bytes there is one text only.
std::optional<Bytes> decode_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  text.remove_suffix(padding);
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const int value = value_of_base64(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes.push_back(static_cast<unsigned char>(bits >> held));
    bits &= (1U << held) - 1;
  }
  return bits == 0 ? std::optional(std::move(bytes)) : std::nullopt;
}

// Whether a character may stand for itself: those that RFC 3986 leaves unreserved, and
// those of base64, which some balancers do not encode. "+" is never a blank.
bool stands_for_itself(char c) noexcept {
  return value_of_base64(c) >= 0 || c == '-' || c == '.' || c == '_' || c == '~' || c == '=';
}

std::optional<std::string> decode_url(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!stands_for_itself(text[i])) return std::nullopt;
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const char high = text[i + 1];
    const char low = text[i + 2];
    if (!ascii::is_hex(high) || !ascii::is_hex(low)) return std::nullopt;
    decoded += static_cast<char>(ascii::hex_value(high) * 16 + ascii::hex_value(low));
    i += 2;
  }
  return decoded;
}

// Takes the first line off the text, with its LF or CRLF, which the last may lack.
std::string_view take_line(std::string_view& text) noexcept {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The base64 of one block of PEM, which is the whole text.
std::optional<std::string> base64_of_pem(std::string_view text) {
  if (take_line(text) != kBegin) return std::nullopt;
  std::string base64;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line == kEnd) return text.empty() ? std::optional(std::move(base64)) : std::nullopt;
    if (line.empty()) return std::nullopt;
    base64 += line;
  }
  return std::nullopt;
}

Result<Bytes> der_of_pem(std::string_view value) {
  const auto pem = decode_url(value);
  if (!pem) return Error{"is neither RFC 9440's :base64: nor URL-encoded PEM"};
  const auto base64 = base64_of_pem(*pem);
  if (!base64) return Error{"is not one PEM certificate and nothing else, URL-encoded"};
  auto der = decode_base64(*base64);
  if (!der) return Error{"holds PEM whose base64 is not canonical"};
  return std::move(*der);
}

Result<Bytes> der_of_byte_sequence(std::string_view value) {
  if (value.size() < 2 || !value.ends_with(':'))
    return Error{"is a byte sequence without its end, or with something behind it"};
  auto der = decode_base64(value.substr(1, value.size() - 2));
  if (!der) return Error{"is a byte sequence whose base64 is not canonical"};
  return std::move(*der);
}

} // namespace

Result<X509Ptr> parse_client_cert_header(std::string_view value) {
  if (value.size() > kMaxClientCertHeader) return Error{"is longer than 16 KiB"};
  auto der = value.starts_with(':') ? der_of_byte_sequence(value) : der_of_pem(value);
  if (!der) return Error{der.error()};
  const unsigned char* at = der->data();
  X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der->size())));
  ERR_clear_error();
  if (!certificate) return Error{"holds no X.509 certificate"};
  if (at != der->data() + der->size()) return Error{"holds bytes behind the certificate"};
  return certificate;
}

} // namespace polyauth
