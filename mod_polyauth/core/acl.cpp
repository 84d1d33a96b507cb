// SPDX-License-Identifier: Apache-2.0
#include "core/acl.hpp"

#include "core/acl_image.hpp"
#include "core/image_checksum.hpp"
#include "core/number_sort.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace polyauth {

namespace {

namespace image = acl_image;

constexpr unsigned kDeviceDigits = 12;
constexpr std::uint64_t kDevicesPerBucket = 8;
constexpr unsigned kMaxBucketBits = 24;

constexpr std::uint64_t prefix_of(std::uint64_t bits, unsigned digits) noexcept {
  return bits >> (4 * (kDeviceDigits - digits));
}

constexpr unsigned remainder_width(unsigned bucket_bits) noexcept {
  return (image::kAddressBits - bucket_bits + 7) / 8;
}

static_assert(offsetof(image::Header, checksum) == kImageChecksumOffset);

// Appends to the image, keeping every part 8-byte aligned.
class Writer {
public:
  std::vector<std::byte> bytes = std::vector<std::byte>(sizeof(image::Header));

  template <typename T> std::uint64_t append(const T* values, std::size_t count) {
    const std::uint64_t offset = bytes.size();
    const std::size_t length = count * sizeof(T);
    bytes.resize((bytes.size() + length + 7) / 8 * 8);
    if (length != 0) std::memcpy(bytes.data() + offset, values, length);
    return offset;
  }
};

// `devices` is left in any state.
image::DeviceTable write_devices(Writer& writer, std::span<std::uint64_t> devices) {
  image::DeviceTable table{};
  table.count = devices.size();
  while (table.bucket_bits < kMaxBucketBits &&
         (kDevicesPerBucket << (table.bucket_bits + 1)) <= devices.size())
    ++table.bucket_bits;
  table.width = remainder_width(table.bucket_bits);
  const unsigned remainder_bits = image::kAddressBits - table.bucket_bits;

  for (std::uint64_t& device : devices) device = image::scatter(device);
  sort_numbers(devices);

  std::vector<std::uint32_t> starts((std::size_t{1} << table.bucket_bits) + 1);
  std::vector<unsigned char> remainders(devices.size() * table.width);
  unsigned char* at = remainders.data();
  for (const std::uint64_t value : devices) {
    ++starts[(value >> remainder_bits) + 1];
    // Only the remainder is compared: without what the bucket says already.
    const std::uint64_t remainder = value & ((std::uint64_t{1} << remainder_bits) - 1);
    for (unsigned byte = 0; byte < table.width; ++byte)
      *at++ = static_cast<unsigned char>(remainder >> (8 * byte));
  }
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  table.starts_offset = writer.append(starts.data(), starts.size());
  table.remainders_offset = writer.append(remainders.data(), remainders.size());
  return table;
}

// The prefixes of one side, each length sorted and without duplicates.
using SideParts = std::array<std::span<std::uint64_t>, kDeviceDigits + 1>;

image::Side write_side(Writer& writer, const SideParts& parts) {
  image::Side side{};
  for (unsigned digits = 0; digits < kDeviceDigits; ++digits) {
    side.range_counts[digits] = parts[digits].size();
    side.range_offsets[digits] = writer.append(parts[digits].data(), parts[digits].size());
  }
  side.devices = write_devices(writer, parts[kDeviceDigits]);
  return side;
}

// An entry as one number, in the order of a built list: side, length, prefix.
constexpr std::uint64_t key_of(bool denial, unsigned digits, std::uint64_t prefix) noexcept {
  return std::uint64_t{denial ? 1U : 0U} << 52 | std::uint64_t{digits} << image::kAddressBits |
         prefix;
}

// The entries of a list, each once: a view of keys that it turns into prefixes.
class SortedEntries {
public:
  explicit SortedEntries(std::span<const AclEntry> entries) : keys_(entries.size()) {
    std::transform(entries.begin(), entries.end(), keys_.begin(), [](const AclEntry& entry) {
      return key_of(entry.denial, entry.digits, entry.prefix);
    });
    sort_numbers(keys_);
    keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
    auto from = keys_.begin();
    for (const bool denial : {false, true}) {
      for (unsigned digits = 0; digits <= kDeviceDigits; ++digits) {
        const auto end = std::lower_bound(from, keys_.end(), key_of(denial, digits + 1, 0));
        sides_[denial ? 1 : 0][digits] = {from, end};
        for (; from != end; ++from) *from -= key_of(denial, digits, 0);
      }
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
  [[nodiscard]] const SideParts& side(bool denial) const noexcept { return sides_[denial ? 1 : 0]; }

  // How many of the entries another one makes needless: inside a range of the
  // same side, or admitted and denied at once.
  [[nodiscard]] std::uint64_t count_superfluous() const {
    std::uint64_t count = 0;
    for (const bool denial : {false, true})
      for (unsigned digits = 0; digits <= kDeviceDigits; ++digits)
        for (const std::uint64_t prefix : side(denial)[digits])
          if (is_covered(prefix, digits, true, denial ? digits : digits + 1) ||
              (!denial && is_covered(prefix, digits, false, digits)))
            ++count;
    return count;
  }

private:
  // Whether the side has an entry of fewer than `limit` digits that covers this one.
  [[nodiscard]] bool is_covered(std::uint64_t prefix, unsigned own_digits, bool denial,
                                unsigned limit) const {
    for (unsigned digits = 0; digits < limit; ++digits) {
      const auto& part = side(denial)[digits];
      if (!part.empty() &&
          std::binary_search(part.begin(), part.end(), prefix >> (4 * (own_digits - digits))))
        return true;
    }
    return false;
  }

  std::vector<std::uint64_t> keys_;
  std::array<SideParts, 2> sides_; // admissions, denials
};

} // namespace

std::string AclEntry::to_string() const {
  std::string text = denial ? "!" : "";
  const std::string all =
      MacAddress(digits == 0 ? 0 : prefix << (4 * (kDeviceDigits - digits))).to_string();
  text += all.substr(0, digits);
  if (digits < kDeviceDigits) text += '*';
  return text;
}

std::vector<std::byte> build_acl_image(std::span<const AclEntry> entries, AclCounts* counts) {
  const SortedEntries sorted(entries);
  Writer writer;
  image::Header header{};
  header.magic = image::kMagic;
  header.version = image::kVersion;
  header.byte_order = image::kByteOrder;
  header.duplicates = entries.size() - sorted.size();
  header.superfluous = sorted.count_superfluous();
  header.sides[0] = write_side(writer, sorted.side(false));
  header.sides[1] = write_side(writer, sorted.side(true));
  header.size = writer.bytes.size();
  std::memcpy(writer.bytes.data(), &header, sizeof header);
  header.checksum = image_checksum(writer.bytes);
  std::memcpy(writer.bytes.data(), &header, sizeof header);
  if (counts != nullptr) *counts = AclView::open(writer.bytes, AclView::Check::kLayout)->counts();
  return std::move(writer.bytes);
}

bool is_acl_image(std::span<const std::byte> bytes) noexcept {
  return bytes.size() >= image::kMagic.size() &&
         std::memcmp(bytes.data(), image::kMagic.data(), image::kMagic.size()) == 0;
}

namespace {

// Whether `count` values of `size` bytes at `offset` lie inside the image.
bool lies_inside(const image::Header& header, std::uint64_t offset, std::uint64_t count,
                 std::uint64_t size) noexcept {
  return offset % 8 == 0 && offset >= sizeof(image::Header) && offset <= header.size &&
         count <= (header.size - offset) / size;
}

Error damaged(std::string_view what) {
  return {"the compiled list is damaged: " + std::string(what) + "; compile it again"};
}

} // namespace

Result<AclView> AclView::open(std::span<const std::byte> bytes, Check check) {
  image::Header header{};
  if (!is_acl_image(bytes)) return Error{"not a compiled list"};
  if (bytes.size() < sizeof header) return damaged("it ends inside its header");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.byte_order != image::kByteOrder)
    return Error{
        "the list was compiled on a machine of another byte order; compile it on this one"};
  if (header.version != image::kVersion)
    return Error{"the list was compiled by another version (format " +
                 std::to_string(header.version) + ", this one reads " +
                 std::to_string(image::kVersion) + "); compile it again"};
  if (header.size != bytes.size())
    return damaged("its header says " + std::to_string(header.size) + " bytes, there are " +
                   std::to_string(bytes.size()));
  if (check == Check::kWhole && header.checksum != image_checksum(bytes))
    return damaged("its checksum is wrong");

  AclView view;
  view.counts_.duplicates = header.duplicates;
  view.counts_.superfluous = header.superfluous;
  for (std::size_t i = 0; i < header.sides.size(); ++i) {
    const image::Side& source = header.sides[i];
    const image::DeviceTable& table = source.devices;
    Side& side = view.sides_[i];
    if (table.bucket_bits > kMaxBucketBits || table.width != remainder_width(table.bucket_bits))
      return damaged("a table has an impossible shape");
    const std::uint64_t buckets = std::uint64_t{1} << table.bucket_bits;
    if (!lies_inside(header, table.starts_offset, buckets + 1, sizeof(std::uint32_t)) ||
        !lies_inside(header, table.remainders_offset, table.count, table.width))
      return damaged("a table lies outside it");
    side.devices.starts =
        reinterpret_cast<const std::uint32_t*>(bytes.data() + table.starts_offset);
    side.devices.remainders =
        reinterpret_cast<const unsigned char*>(bytes.data() + table.remainders_offset);
    side.devices.bucket_bits = static_cast<std::uint8_t>(table.bucket_bits);
    side.devices.width = static_cast<std::uint8_t>(table.width);
    if (check == Check::kWhole) {
      const std::span<const std::uint32_t> starts(side.devices.starts, buckets + 1);
      if (starts.front() != 0 || starts.back() != table.count ||
          !std::is_sorted(starts.begin(), starts.end()))
        return damaged("a table's buckets are out of order");
    }
    for (unsigned digits = 0; digits < kDeviceDigits; ++digits) {
      if (!lies_inside(header, source.range_offsets[digits], source.range_counts[digits],
                       sizeof(std::uint64_t)))
        return damaged("a range lies outside it");
      side.ranges[digits] = {
          reinterpret_cast<const std::uint64_t*>(bytes.data() + source.range_offsets[digits]),
          source.range_counts[digits]};
      if (!side.ranges[digits].empty())
        side.lengths = static_cast<std::uint16_t>(side.lengths | 1U << digits);
      (i == 0 ? view.counts_.ranges : view.counts_.denials) += source.range_counts[digits];
    }
    (i == 0 ? view.counts_.devices : view.counts_.denials) += table.count;
  }
  return view;
}

bool AclView::DeviceSet::contains(std::uint64_t bits) const noexcept {
  const unsigned remainder_bits = image::kAddressBits - bucket_bits;
  const std::uint64_t scattered = image::scatter(bits);
  const std::uint64_t bucket = scattered >> remainder_bits;
  const std::uint64_t wanted = scattered & ((std::uint64_t{1} << remainder_bits) - 1);
  const unsigned char* at = remainders + std::size_t{starts[bucket]} * width;
  const unsigned char* const end = remainders + std::size_t{starts[bucket + 1]} * width;
  // Two bytes tell nearly all apart; a remainder has at least three.
  const auto low = static_cast<std::uint16_t>(wanted);
  for (; at != end; at += width) {
    if ((at[0] | at[1] << 8) != low) continue;
    std::uint64_t remainder = 0;
    for (unsigned byte = 0; byte < width; ++byte)
      remainder |= std::uint64_t{at[byte]} << (8 * byte);
    if (remainder == wanted) return true;
  }
  return false;
}

int AclView::Side::covering_digits(std::uint64_t bits) const noexcept {
  if (devices.contains(bits)) return kDeviceDigits;
  if (lengths == 0) return -1;
  for (unsigned digits = kDeviceDigits; digits-- > 0;)
    if ((lengths >> digits & 1U) != 0 &&
        std::binary_search(ranges[digits].begin(), ranges[digits].end(),
                           digits == 0 ? 0 : prefix_of(bits, digits)))
      return static_cast<int>(digits);
  return -1;
}

AclRuling AclView::consult(const MacAddress& mac) const noexcept {
  for (const bool denial : {true, false}) {
    const int digits = sides_[denial ? 1 : 0].covering_digits(mac.bits());
    if (digits < 0) continue;
    const auto count = static_cast<std::uint8_t>(digits);
    const AclEntry entry{count == 0 ? 0 : prefix_of(mac.bits(), count), count, denial};
    if (denial) return {AclAnswer::kDenied, entry};
    return {count == kDeviceDigits ? AclAnswer::kAdmittedByName : AclAnswer::kAdmitted, entry};
  }
  return {AclAnswer::kUnlisted, {}};
}

AclCounts AclView::counts() const noexcept { return counts_; }

} // namespace polyauth
