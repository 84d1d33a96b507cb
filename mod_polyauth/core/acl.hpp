// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mac_address.hpp"
#include "core/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The list of admitted and denied devices in the one form in which it is
// consulted: a flat image that any process can map. Knows neither text nor files.
namespace polyauth {

// One entry of an ACL: the device or range it names and which way it decides.
struct AclEntry {
  std::uint64_t prefix = 0; // its digits, right-aligned
  std::uint8_t digits = 0;  // 12: a device; 1 to 11: a range; 0: every device
  bool denial = false;

  // As it is written in a list: 0004f2aabbcc, 64167f*, *, !0004f2*.
  [[nodiscard]] std::string to_string() const;
  friend auto operator<=>(const AclEntry&, const AclEntry&) = default;
};

// What the ACL of a section says of a device.
enum class AclAnswer : std::uint8_t {
  kNotSet,         // the section has no ACL
  kAdmitted,       // by a range or by "*"
  kAdmittedByName, // by an entry of all twelve digits
  kDenied,
  kUnlisted,
  kUnavailable, // there is a list, but it cannot be consulted
};

struct AclRuling {
  AclAnswer answer = AclAnswer::kUnavailable;
  AclEntry entry; // the one that decides; meaningless when unlisted
};

struct AclCounts {
  std::uint64_t devices = 0;     // admitted by name
  std::uint64_t ranges = 0;      // prefixes, and "*"
  std::uint64_t denials = 0;     // devices and prefixes
  std::uint64_t duplicates = 0;  // entries that stand there more than once
  std::uint64_t superfluous = 0; // entries that another makes needless
};

// Builds the image of a list. At most 2^32 - 1 entries; order does not matter.
// `counts`, if given, is filled in. Takes linear time, and at most 24 bytes an
// entry besides the image.
[[nodiscard]] std::vector<std::byte> build_acl_image(std::span<const AclEntry> entries,
                                                     AclCounts* counts = nullptr);

// Whether bytes begin as an image does (and not as a text list).
[[nodiscard]] bool is_acl_image(std::span<const std::byte> bytes) noexcept;
inline constexpr std::string_view kAclImageMark("PA-ACL\n\0", 8); // these first bytes

// A list to consult: a view into an image that must outlive it and not change.
// Looking up takes no allocation and no lock, and near-constant time.
class AclView {
public:
  // kWhole verifies the checksum and every offset: for bytes from outside.
  // kLayout verifies what stands in the header: for an image we have verified.
  enum class Check : std::uint8_t { kWhole, kLayout };
  static Result<AclView> open(std::span<const std::byte> bytes, Check check);

  [[nodiscard]] AclRuling consult(const MacAddress& mac) const noexcept;
  [[nodiscard]] AclCounts counts() const noexcept;

private:
  // A set of 48-bit addresses; see acl_image.hpp for its layout.
  struct DeviceSet {
    const std::uint32_t* starts = nullptr;
    const unsigned char* remainders = nullptr;
    std::uint8_t bucket_bits = 0;
    std::uint8_t width = 0;
    [[nodiscard]] bool contains(std::uint64_t bits) const noexcept;
  };
  struct Side {
    DeviceSet devices;
    std::array<std::span<const std::uint64_t>, 12> ranges; // by number of digits
    std::uint16_t lengths = 0;                             // bit n: ranges[n] is not empty
    // The number of digits of the entry that covers the address, or -1.
    [[nodiscard]] int covering_digits(std::uint64_t bits) const noexcept;
  };
  std::array<Side, 2> sides_; // admissions, denials
  AclCounts counts_;
};

} // namespace polyauth
