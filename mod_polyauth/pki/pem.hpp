// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// PEM files (RFC 7468) of an administrator. Text between the blocks is allowed,
// because openssl prints it there; anything that looks like a block and is none
// is an error, so that no certificate and no CRL is passed over in silence.
namespace polyauth {

struct PemBlock {
  std::size_t line = 0; // of its BEGIN, from 1
  std::vector<unsigned char> der;
};

struct PemText {
  static constexpr std::size_t kMaxReported = 20;

  std::vector<PemBlock> blocks;   // the good ones, in order
  std::vector<Diagnostic> errors; // the first ones, in order
  std::size_t error_count = 0;
};

// The blocks of a text, which must be at least one and at most `limit`, each with
// this label. No error repeats what stands between a BEGIN and its END, and
// nothing at all of a private key.
[[nodiscard]] PemText read_pem(std::string_view text, std::string_view label, std::size_t limit);

} // namespace polyauth
