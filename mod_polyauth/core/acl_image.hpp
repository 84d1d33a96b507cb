// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

// The layout of an ACL image, shared by what builds it and what reads it.
//
// Devices are kept as a quotiented hash set. A bijection scatters the 48 bits of
// an address; the upper `bucket_bits` of the result choose a bucket, so only the
// remaining bits need to be stored, in `width` bytes. `starts` holds where each
// bucket begins, and a last number where the last one ends. With about eight
// devices a bucket, ten million devices take 4.4 bytes each and a look-up reads
// two cache lines.
//
// Ranges are sorted arrays of right-aligned prefixes, one for each length.
//
// Everything is in the byte order of the machine that wrote it; `byte_order`
// tells. All offsets count from the start of the image and are multiples of 8.
namespace polyauth::acl_image {

inline constexpr std::array<char, 8> kMagic = {'P', 'A', '-', 'A', 'C', 'L', '\n', '\0'};
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::uint32_t kByteOrder = 0x01020304;
inline constexpr unsigned kAddressBits = 48;

struct DeviceTable {
  std::uint64_t count;
  std::uint64_t starts_offset;
  std::uint64_t remainders_offset;
  std::uint32_t bucket_bits;
  std::uint32_t width;
};

struct Side {
  DeviceTable devices;
  // Index 0 is "*": its array is one zero, or empty.
  std::array<std::uint64_t, 12> range_offsets;
  std::array<std::uint64_t, 12> range_counts;
};

struct Header {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t byte_order;
  std::uint64_t size;     // of the whole image
  std::uint64_t checksum; // of the whole image with this field zero
  std::uint64_t duplicates;
  std::uint64_t superfluous;
  std::array<Side, 2> sides; // admissions, denials
};
static_assert(sizeof(Header) % 8 == 0);

// A bijection on 48 bits (multiplication by an odd number and xor with a right
// shift both are), so that different addresses never share bucket and remainder.
[[nodiscard]] constexpr std::uint64_t scatter(std::uint64_t bits) noexcept {
  constexpr std::uint64_t kMask = (std::uint64_t{1} << kAddressBits) - 1;
  bits ^= bits >> 23;
  bits = (bits * 0x9e37'79b9'7f4bU) & kMask;
  bits ^= bits >> 25;
  bits = (bits * 0xd6e8'feb8'6659U) & kMask;
  bits ^= bits >> 24;
  return bits;
}

} // namespace polyauth::acl_image
