// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/acl.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <memory>
#include <string>
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

// Reads a text in pieces, whatever its lines are cut by: what it keeps in memory
// are the entries and, of the text, the longest line.
class AclTextReader {
public:
  explicit AclTextReader(AclLines lines = AclLines::kForget);
  ~AclTextReader();
  AclTextReader(const AclTextReader&) = delete;
  AclTextReader& operator=(const AclTextReader&) = delete;

  void read(std::string_view piece);
  // At the end of the text, once: the same as parse_acl() of all of it.
  [[nodiscard]] AclText finish();

private:
  class Parser;
  std::unique_ptr<Parser> parser_;
  std::string rest_; // the line that has not ended
};

} // namespace polyauth
