// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/acl.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace polyauth {

// A text ACL as read (conf/DIRECTIVES.md, "The ACL file"). It is good if `errors` is empty.
struct AclText {
  std::vector<AclEntry> entries;
  std::vector<std::size_t> lines; // where each entry stands; empty unless asked for
  std::vector<Diagnostic> errors; // the first kMaxReported
  std::size_t error_count = 0;    // all of them
  bool denial_failed = false;     // a line with a '!' is among them:
  Diagnostic denial_error;        // the first such

  static constexpr std::size_t kMaxReported = 20;
};

enum class AclLines : bool { kForget, kKeep };

// Reads the bytes of a text ACL. A list without entry, and one that admits
// nobody, is an error. Time and memory are linear in the size of the text.
[[nodiscard]] AclText parse_acl(std::string_view text, AclLines lines = AclLines::kForget);

} // namespace polyauth
