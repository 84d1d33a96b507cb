// SPDX-License-Identifier: Apache-2.0
#include "apache/pages/status_view.hpp"

namespace polyauth::apache {

const char* kind_text(FileKind kind) noexcept {
  switch (kind) {
  case FileKind::kAcl: return "acl";
  case FileKind::kTrust: return "trust";
  case FileKind::kRevocation: return "crl";
  case FileKind::kPasswords: return "passwords";
  }
  return "";
}

std::string visible(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += "\\x";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 0xf];
    }
  }
  return out;
}

} // namespace polyauth::apache
