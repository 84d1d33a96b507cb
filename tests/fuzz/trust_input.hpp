// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fuzz/property.hpp"
#include "io/live_file.hpp"

#include <algorithm>
#include <string>
#include <vector>

// What the targets of trust and CRL files share.
namespace polyauth::fuzz {

inline void check_texts(const std::vector<Diagnostic>& diagnostics) {
  // What the corpus holds in place of a key.
  constexpr std::string_view kSecret = "c2VjcmV0c2VjcmV0";
  for (const Diagnostic& each : diagnostics) {
    require(each.line >= 1 && each.column >= 1, "a diagnostic has its place");
    require(!each.text.empty() && std::all_of(each.text.begin(), each.text.end(),
                                              [](char c) { return c >= 0x20 && c < 0x7f; }),
            "a diagnostic can be printed");
    require(each.text.find(kSecret) == std::string::npos, "a secret is not repeated");
  }
}

inline void check_compilation(const Compilation& compilation) {
  check_texts(compilation.errors);
  check_texts(compilation.warnings);
  require(compilation.errors.size() == std::min<std::size_t>(compilation.error_count, 20),
          "every error is counted and twenty are kept");
  require(compilation.warnings.size() <= 21, "warnings are bounded");
  require(compilation.image.empty() == (compilation.error_count != 0),
          "there is an image or an error");
}

} // namespace polyauth::fuzz
