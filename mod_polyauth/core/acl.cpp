// SPDX-License-Identifier: Apache-2.0
#include "core/acl.hpp"

#include "core/acl_image.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <tuple>

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

// Every step is a bijection of the sum, so one changed word always changes it.
std::uint64_t checksum_of(std::span<const std::byte> bytes) noexcept {
  constexpr std::size_t kField = offsetof(image::Header, checksum);
  std::uint64_t sum = bytes.size();
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    if (at != kField)
      std::memcpy(&word, bytes.data() + at, std::min(sizeof word, bytes.size() - at));
    sum = (sum ^ word) * 0x9e37'79b9'7f4a'7c15U;
    sum ^= sum >> 29;
  }
  return sum;
}

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

image::DeviceTable write_devices(Writer& writer, std::span<const AclEntry> devices) {
  image::DeviceTable table{};
  table.count = devices.size();
  while (table.bucket_bits < kMaxBucketBits &&
         (kDevicesPerBucket << (table.bucket_bits + 1)) <= devices.size())
    ++table.bucket_bits;
  table.width = remainder_width(table.bucket_bits);
  const unsigned remainder_bits = image::kAddressBits - table.bucket_bits;

  std::vector<std::uint64_t> scattered(devices.size());
  std::transform(devices.begin(), devices.end(), scattered.begin(),
                 [](const AclEntry& entry) { return image::scatter(entry.prefix); });
  std::sort(scattered.begin(), scattered.end());

  std::vector<std::uint32_t> starts((std::size_t{1} << table.bucket_bits) + 1);
  std::vector<unsigned char> remainders;
  remainders.reserve(devices.size() * table.width);
  for (const std::uint64_t value : scattered) {
    ++starts[(value >> remainder_bits) + 1];
    for (unsigned byte = 0; byte < table.width; ++byte)
      remainders.push_back(static_cast<unsigned char>(value >> (8 * byte)));
  }
  // Only the remainder is compared: clear what the bucket says already.
  if (const unsigned spare = table.width * 8 - remainder_bits; spare != 0)
    for (std::size_t at = table.width - 1; at < remainders.size(); at += table.width)
      remainders[at] = static_cast<unsigned char>(remainders[at] & (0xffU >> spare));
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  table.starts_offset = writer.append(starts.data(), starts.size());
  table.remainders_offset = writer.append(remainders.data(), remainders.size());
  return table;
}

// `entries` are those of one side, sorted by digits, then prefix.
image::Side write_side(Writer& writer, std::span<const AclEntry> entries) {
  image::Side side{};
  for (unsigned digits = 0; digits < kDeviceDigits; ++digits) {
    std::vector<std::uint64_t> prefixes;
    for (const AclEntry& entry : entries)
      if (entry.digits == digits)
        prefixes.push_back(entry.prefix);
      else if (entry.digits > digits)
        break;
    side.range_counts[digits] = prefixes.size();
    side.range_offsets[digits] = writer.append(prefixes.data(), prefixes.size());
  }
  const auto first_device = std::find_if(entries.begin(), entries.end(), [](const AclEntry& entry) {
    return entry.digits == kDeviceDigits;
  });
  side.devices = write_devices(writer, {first_device, entries.end()});
  return side;
}

// The order of a built list: by side, then length, then prefix.
bool in_order(const AclEntry& a, const AclEntry& b) noexcept {
  return std::tie(a.denial, a.digits, a.prefix) < std::tie(b.denial, b.digits, b.prefix);
}

// How many of the sorted entries another one makes needless: inside a range of
// the same side, or admitted and denied at once.
std::uint64_t count_superfluous(const std::vector<AclEntry>& entries) {
  std::array<std::uint16_t, 2> lengths{}; // bit n: the side has entries of n digits
  for (const AclEntry& entry : entries)
    lengths[entry.denial ? 1 : 0] =
        static_cast<std::uint16_t>(lengths[entry.denial ? 1 : 0] | 1U << entry.digits);
  const auto holds = [&](const AclEntry& entry, unsigned digits, bool denial) {
    if ((unsigned{lengths[denial ? 1 : 0]} >> digits & 1U) == 0) return false;
    const AclEntry wanted{entry.prefix >> (4 * (entry.digits - digits)),
                          static_cast<std::uint8_t>(digits), denial};
    return std::binary_search(entries.begin(), entries.end(), wanted, in_order);
  };
  return static_cast<std::uint64_t>(
      std::count_if(entries.begin(), entries.end(), [&](const AclEntry& entry) {
        if (!entry.denial && holds(entry, entry.digits, true)) return true;
        for (unsigned digits = 0; digits < entry.digits; ++digits)
          if (holds(entry, digits, true) || (!entry.denial && holds(entry, digits, false)))
            return true;
        return false;
      }));
}

} // namespace

std::string AclEntry::to_string() const {
  std::string text = denial ? "!" : "";
  const std::string all =
      MacAddress(digits == 0 ? 0 : prefix << (4 * (kDeviceDigits - digits))).to_string();
  text += all.substr(0, digits);
  if (digits < kDeviceDigits) text += '*';
  return text;
}

std::vector<std::byte> build_acl_image(std::vector<AclEntry>& entries, AclCounts* counts) {
  std::sort(entries.begin(), entries.end(), in_order);
  const auto unique_end = std::unique(entries.begin(), entries.end());
  const auto duplicates = static_cast<std::uint64_t>(entries.end() - unique_end);
  entries.erase(unique_end, entries.end());
  const auto denials = std::find_if(entries.begin(), entries.end(),
                                    [](const AclEntry& entry) { return entry.denial; });

  Writer writer;
  image::Header header{};
  header.magic = image::kMagic;
  header.version = image::kVersion;
  header.byte_order = image::kByteOrder;
  header.duplicates = duplicates;
  header.superfluous = count_superfluous(entries);
  header.sides[0] = write_side(writer, {entries.begin(), denials});
  header.sides[1] = write_side(writer, {denials, entries.end()});
  header.size = writer.bytes.size();
  std::memcpy(writer.bytes.data(), &header, sizeof header);
  header.checksum = checksum_of(writer.bytes);
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
  if (check == Check::kWhole && header.checksum != checksum_of(bytes))
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
