// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "io/image_frame.hpp"
#include "pki/issuer_key.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The published form of a CRL file. Behind the frame: the number of tables, then
// one record for each, sorted by the issuer's key, then the revoked serials of
// each table: sorted rows of one width, a sign and the magnitude filled up with
// zeros at its front. A look-up is two binary searches.
namespace polyauth {

// The longest serial or CRL number; RFC 5280 allows 20 bytes.
inline constexpr std::size_t kMaxSerialBytes = 32;

// Which CRL of an issuer it is.
struct CrlVersion {
  std::optional<std::string> number; // as serial_of() writes it
  std::int64_t this_update = 0;
};

// The revoked serials of one CRL, as rows of an image or of PackedSerials. Not owned.
class SerialTable {
public:
  SerialTable(std::span<const std::byte> rows, std::size_t width) : rows_(rows), width_(width) {}

  [[nodiscard]] std::size_t count() const noexcept { return rows_.size() / width_; }
  [[nodiscard]] std::size_t width() const noexcept { return width_; }
  [[nodiscard]] std::span<const std::byte> rows() const noexcept { return rows_; }
  // The serial is as serial_of() writes it.
  [[nodiscard]] bool contains(std::string_view serial) const noexcept;
  // Whether the rows are sorted, without repetition and each a serial.
  [[nodiscard]] bool in_order() const noexcept;

private:
  std::span<const std::byte> rows_;
  std::size_t width_; // at least 1, at most 1 + kMaxSerialBytes
};

// The rows themselves.
struct PackedSerials {
  std::vector<std::byte> rows;
  std::size_t width = 1;

  // Of serials as serial_of() writes them, none with more than kMaxSerialBytes;
  // repeated ones count once.
  static PackedSerials of(std::span<const std::string> serials);
  [[nodiscard]] SerialTable table() const { return {rows, width}; }
};

// The CRL that counts for one issuer. Several may share the rows of one table.
struct IssuerCrl {
  IssuerKey issuer;
  CrlVersion version;
  std::optional<std::int64_t> next_update;
  SerialTable revoked;
};

[[nodiscard]] std::vector<std::byte> build_revocation_image(std::vector<IssuerCrl> crls);

// A view into an image that outlives it.
class RevocationView {
public:
  static Result<RevocationView> open(std::span<const std::byte> image, ImageCheck check);

  // The CRL of an issuer, or nullptr.
  [[nodiscard]] const IssuerCrl* find(const IssuerKey& issuer) const noexcept;
  [[nodiscard]] std::span<const IssuerCrl> crls() const noexcept { return crls_; }

private:
  std::vector<IssuerCrl> crls_; // sorted by issuer
};

} // namespace polyauth
