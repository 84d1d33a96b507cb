// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/acl.hpp"
#include "tool/console.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace polyauth::tool {

// The bytes of a file that is to be an ACL, text or compiled, of a size that the
// server accepts. Says itself why there are none.
[[nodiscard]] std::optional<std::string> read_acl_bytes(const std::string& path, Console& console);

// A list to consult, text or compiled, that knows on which line an entry stands.
class AclList {
public:
  // Says itself why there is none.
  static std::optional<AclList> load(const std::string& path, Console& console);

  [[nodiscard]] AclRuling consult(const MacAddress& mac) const noexcept {
    return view_.consult(mac);
  }

  // An entry and where it stands: "64167f* (phones.acl:3)".
  [[nodiscard]] std::string describe(const AclEntry& entry) const;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  // The entries of a text list, in its order.
  [[nodiscard]] bool is_text() const noexcept { return bytes_.empty(); }
  [[nodiscard]] const std::vector<AclEntry>& entries() const noexcept { return entries_; }

private:
  AclList() = default;

  std::string path_;
  std::string bytes_;            // of a compiled list
  std::vector<std::byte> image_; // of a text
  std::vector<AclEntry> entries_;
  std::vector<std::size_t> lines_;
  AclView view_; // into bytes_ or image_, whose storage stays when the list is moved
};

} // namespace polyauth::tool
