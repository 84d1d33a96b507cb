// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/acl.hpp"
#include "io/live_file.hpp"

namespace polyauth {

// The longest text list: some two million lines. Larger fleets compile theirs.
inline constexpr std::uint64_t kMaxAclBytes = 64U << 20;

// The longest compiled list: more than two hundred million devices.
inline constexpr std::uint64_t kMaxCompiledAclBytes = std::uint64_t{1} << 30;

// PolyAuthAclFile: a text, or a compiled list, which is checked whole and
// published as it is. The administrator's own file is never mapped: it could
// be cut short under a reader.
extern const FileFormat kAclFormat;

// The published form of an ACL.
struct PublishedAcl {
  AclView list;
  static Result<PublishedAcl> open_published(std::span<const std::byte> image);
};

using LiveAcl = LiveFile<PublishedAcl>;

} // namespace polyauth
