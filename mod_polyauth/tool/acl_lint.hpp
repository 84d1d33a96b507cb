// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/acl_text.hpp"

#include <cstddef>
#include <vector>

// Names the entries that build_acl_image() only counts.
namespace polyauth::tool {

struct AclRemark {
  AclEntry entry;
  std::size_t line = 0;
  AclEntry cause; // the entry that makes it needless
  std::size_t cause_line = 0;
};

struct AclLint {
  std::vector<AclRemark> duplicates;  // each but the first of its kind
  std::vector<AclRemark> superfluous; // inside another of its side, or denied by one
};

// `text` was read without error and with its lines. Both lists are by line.
[[nodiscard]] AclLint lint_acl(const AclText& text);

} // namespace polyauth::tool
