// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "credentials/password_image.hpp"
#include "io/image_frame.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// Password files for tests.
namespace polyauth::test {

// "secret", as htpasswd writes it.
inline const std::string kDes = "AOKBsVoYHyquc";
inline const std::string kSha1 = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";
inline const std::string kBcrypt = "$2y$05$wpWmy742CRx/MzbyXfWhgOIRqLvHOke23CDYb/gPJuoY2NllslElW";

inline std::vector<std::byte> password_image(std::string_view text, std::int64_t now = 0) {
  const PasswordText parsed = parse_passwords(text);
  if (!parsed.errors.empty()) throw std::invalid_argument(parsed.errors.front().text);
  return build_password_image(parsed.lines, now);
}

// Gives bytes the frame of a password image.
inline void seal_password_image(std::vector<std::byte>& image) { seal_image(image, "PA-PASSW", 1); }

} // namespace polyauth::test
