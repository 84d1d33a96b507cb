// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/acl_text.hpp"
#include "tool/console.hpp"

#include <cstddef>
#include <string>
#include <vector>

// What the tool says of a text list. Names the entries that build_acl_image() only
// counts.
namespace polyauth::tool {

struct AclRemark {
  AclEntry entry;
  std::size_t line = 0;
  AclEntry cause; // the entry that makes it needless
  std::size_t cause_line = 0;
};

// Of each kind the first kMaxNamed, by line.
struct AclLint {
  static constexpr std::size_t kMaxNamed = 20;
  std::vector<AclRemark> duplicates;  // each but the first of its kind
  std::vector<AclRemark> superfluous; // inside another of its side, or denied by one
};

// `text` was read without error and with its lines.
[[nodiscard]] AclLint lint_acl(const AclText& text);

// The lines that tell how many devices, ranges and denials there are.
void print_counts(const AclCounts& counts, Console& console);

// The lines that tell of duplicates and superfluous entries: how many, and some.
void print_lint(const std::string& file, const AclCounts& counts, const AclLint& lint,
                Console& console);

} // namespace polyauth::tool
