// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mac_address.hpp"
#include "core/name_pattern.hpp"
#include "core/result.hpp"

#include <span>
#include <string_view>
#include <vector>

// The two lists of file names of a section: what every authorised device may
// read, and what a device may store of its own. conf/DIRECTIVES.md: PolyAuthSharedFiles,
// PolyAuthUploads.
namespace polyauth {

// Names of PolyAuthSharedFiles. Immutable; safe to share between threads.
class SharedFiles {
public:
  // `words` as written behind the directive: "none" alone, or any mix of
  // "poly" and patterns.
  static Result<SharedFiles> parse(std::span<const std::string_view> words);

  // Whether `name`, a last path segment, is shared with this device. A name
  // that holds its own address is its own, not shared. No pattern shares a run
  // of twelve or more hex digits, or a separated address, that it does not
  // spell out digit by digit; of a placeholder, the ten zeros suffice.
  [[nodiscard]] bool contains(std::string_view name, const MacAddress& own) const noexcept;

private:
  std::vector<NamePattern> patterns_;
};

// Names of PolyAuthUploads. Immutable; safe to share between threads.
class Uploads {
public:
  // "none" alone, "any" alone, or any mix of "poly" and patterns.
  static Result<Uploads> parse(std::span<const std::string_view> words);

  // Whether a device may store a file of this name; never one with a leading dot.
  [[nodiscard]] bool contains(std::string_view name, const MacAddress& own) const noexcept;

private:
  bool any_ = false;
  std::vector<NamePattern> patterns_;
};

} // namespace polyauth
