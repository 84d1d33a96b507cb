// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/live_file.hpp"
#include "pki/revocation_image.hpp"

#include <cstdint>
#include <optional>
#include <span>

// PolyAuthCARevocationFile: which certificates their issuers have taken back.
// conf/DIRECTIVES.md, question 6.
namespace polyauth {

inline constexpr std::uint64_t kMaxRevocationBytes = 64U << 20;

// PEM text of full CRLs. Its companions are the trust files whose CAs may sign them.
extern const FileFormat kRevocationFormat;

// The published form of a CRL file: a view into the image.
struct PublishedRevocations {
  RevocationView view;

  static Result<PublishedRevocations> open_published(std::span<const std::byte> image);

  // Index of the first revoked certificate of a chain (0: the leaf), or nothing.
  // A certificate whose issuer has no CRL is not revoked.
  [[nodiscard]] std::optional<std::size_t>
  first_revoked(std::span<const ChainLink> chain) const noexcept;

  // The earliest nextUpdate of the CRLs in force that have one.
  [[nodiscard]] std::optional<std::int64_t> earliest_next_update() const noexcept;
};

using LiveRevocations = LiveFile<PublishedRevocations>;

} // namespace polyauth
