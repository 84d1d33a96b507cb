// SPDX-License-Identifier: Apache-2.0
// The value of a header, as it is or, behind '@', with the two forms of a good one put
// in for "{der}" and "{pem}". What is accepted is one certificate, and there is no
// other byte sequence for it.
#include "fuzz/lab_pki.hpp"
#include "fuzz/property.hpp"
#include "pki/certificate.hpp"
#include "pki/client_cert_header.hpp"

#include <algorithm>
#include <string>

using namespace polyauth;
using fuzz::require;

namespace {

std::string byte_sequence(const X509* certificate) {
  const auto der = der_of<X509>(certificate, i2d_X509);
  std::string text(4 * ((der.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), der.data(),
                                     static_cast<int>(der.size()));
  text.resize(static_cast<std::size_t>(length));
  return ':' + text + ':';
}

std::string url_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    encoded += {'%', "0123456789ABCDEF"[byte >> 4U], "0123456789ABCDEF"[byte & 15U]};
  }
  return encoded;
}

void replace_all(std::string& text, std::string_view what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
}

std::string value_of(std::string_view input) {
  if (!input.starts_with('@')) return std::string(input);
  static const X509Ptr device = std::move(*parse_pem_certificate(fuzz::kDevice));
  static const std::string der = byte_sequence(device.get());
  static const std::string pem = url_encoded(fuzz::kDevice);
  std::string value(input.substr(1));
  if (std::count(value.begin(), value.end(), '{') > 8) return value;
  replace_all(value, "{der}", der);
  replace_all(value, "{pem}", pem);
  return value;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string value = value_of(fuzz::text_of(data, size));
  const auto parsed = parse_client_cert_header(value);
  if (!parsed) {
    require(!parsed.error().empty(), "a refusal says why");
    return 0;
  }
  require(value.size() <= kMaxClientCertHeader, "the length is bounded");
  require(value.find_first_of(" \t\r\n,;\"") == std::string::npos, "there is one value");
  const std::string again = byte_sequence(parsed->get());
  const auto second = parse_client_cert_header(again);
  require(static_cast<bool>(second), "what is written again is good");
  require(X509_cmp(parsed->get(), second->get()) == 0, "and the same");
  return 0;
}
