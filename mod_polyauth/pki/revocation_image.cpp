// SPDX-License-Identifier: Apache-2.0
#include "pki/revocation_image.hpp"

#include <algorithm>
#include <cstring>
#include <map>

namespace polyauth {

namespace {

constexpr std::string_view kMagic = "PA-CRL";
constexpr std::uint32_t kVersion = 1;
// As many as all the trust files of a server could hold.
constexpr std::uint64_t kMaxIssuers = 1U << 17;
constexpr std::size_t kMaxWidth = 1 + kMaxSerialBytes;

struct Head {
  ImageFrame frame;
  std::uint64_t issuers;
};

struct Entry {
  IssuerKey issuer;
  std::int64_t this_update;
  std::int64_t next_update;
  std::uint64_t rows_offset;
  std::uint64_t count;
  std::uint32_t width;
  std::uint16_t has_next_update;
  std::uint16_t number_size; // 0: the CRL has no number
  std::array<char, 40> number;
};
static_assert(sizeof(Head) % 8 == 0 && sizeof(Entry) % 8 == 0);
static_assert(sizeof(Entry::number) >= kMaxWidth);

// Writes a serial as a row; false if it is wider.
bool write_row(std::string_view serial, std::span<std::byte> row) noexcept {
  if (serial.empty() || serial.size() > row.size()) return false;
  const std::string_view magnitude = serial.substr(1);
  std::fill(row.begin(), row.end(), std::byte{0});
  row[0] = static_cast<std::byte>(serial[0]);
  std::memcpy(row.data() + row.size() - magnitude.size(), magnitude.data(), magnitude.size());
  return true;
}

Error damaged(const char* what) { return {std::string("the image is damaged: ") + what}; }

bool is_possible(const Entry& entry, std::size_t image_size) noexcept {
  return entry.width >= 1 && entry.width <= kMaxWidth && entry.has_next_update <= 1 &&
         entry.number_size <= kMaxWidth && entry.rows_offset <= image_size &&
         entry.count <= (image_size - entry.rows_offset) / entry.width;
}

Entry entry_of(const IssuerCrl& crl, std::uint64_t rows_offset) {
  Entry entry{};
  entry.issuer = crl.issuer;
  entry.this_update = crl.version.this_update;
  entry.has_next_update = crl.next_update ? 1 : 0;
  entry.next_update = crl.next_update.value_or(0);
  entry.rows_offset = rows_offset;
  entry.count = crl.revoked.count();
  entry.width = static_cast<std::uint32_t>(crl.revoked.width());
  if (crl.version.number) {
    const std::string_view number = *crl.version.number;
    entry.number_size = static_cast<std::uint16_t>(std::min(number.size(), entry.number.size()));
    std::copy_n(number.begin(), entry.number_size, entry.number.begin());
  }
  return entry;
}

IssuerCrl crl_of(const Entry& entry, std::span<const std::byte> image) {
  IssuerCrl crl{entry.issuer,
                {std::nullopt, entry.this_update},
                std::nullopt,
                {image.subspan(static_cast<std::size_t>(entry.rows_offset),
                               static_cast<std::size_t>(entry.count) * entry.width),
                 entry.width}};
  if (entry.number_size != 0)
    crl.version.number = std::string(entry.number.data(), entry.number_size);
  if (entry.has_next_update != 0) crl.next_update = entry.next_update;
  return crl;
}

} // namespace

PackedSerials PackedSerials::of(std::span<const std::string> serials) {
  std::size_t width = 1;
  for (const std::string& serial : serials) width = std::max(width, serial.size());
  std::vector<std::byte> rows(serials.size() * width);
  for (std::size_t i = 0; i < serials.size(); ++i)
    write_row(serials[i], std::span(rows).subspan(i * width, width));
  // Sorted as views of the rows, written out in order.
  std::vector<std::string_view> views;
  views.reserve(serials.size());
  for (std::size_t i = 0; i < serials.size(); ++i)
    views.emplace_back(reinterpret_cast<const char*>(rows.data()) + i * width, width);
  std::sort(views.begin(), views.end());
  views.erase(std::unique(views.begin(), views.end()), views.end());
  PackedSerials packed{std::vector<std::byte>(views.size() * width), width};
  for (std::size_t i = 0; i < views.size(); ++i)
    std::memcpy(packed.rows.data() + i * width, views[i].data(), width);
  return packed;
}

bool SerialTable::contains(std::string_view serial) const noexcept {
  std::array<std::byte, kMaxWidth> wanted{};
  if (!write_row(serial, std::span(wanted).first(width_))) return false;
  std::size_t low = 0;
  std::size_t high = count();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const int order = std::memcmp(rows_.data() + middle * width_, wanted.data(), width_);
    if (order == 0) return true;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return false;
}

bool SerialTable::in_order() const noexcept {
  for (std::size_t i = 0; i < count(); ++i) {
    const std::byte* const row = rows_.data() + i * width_;
    if (std::to_integer<unsigned>(row[0]) > 1) return false;
    if (i != 0 && std::memcmp(row - width_, row, width_) >= 0) return false;
  }
  return true;
}

std::vector<std::byte> build_revocation_image(std::vector<IssuerCrl> crls) {
  std::sort(crls.begin(), crls.end(),
            [](const IssuerCrl& a, const IssuerCrl& b) { return a.issuer < b.issuer; });
  std::vector<std::byte> image(sizeof(Head) + crls.size() * sizeof(Entry));
  const std::uint64_t issuers = crls.size();
  std::memcpy(image.data() + offsetof(Head, issuers), &issuers, sizeof issuers);
  std::map<const std::byte*, std::uint64_t> written;
  for (std::size_t i = 0; i < crls.size(); ++i) {
    const std::span<const std::byte> rows = crls[i].revoked.rows();
    const auto [at, fresh] = written.emplace(rows.data(), image.size());
    if (fresh) image.insert(image.end(), rows.begin(), rows.end());
    const Entry entry = entry_of(crls[i], at->second);
    std::memcpy(image.data() + sizeof(Head) + i * sizeof(Entry), &entry, sizeof entry);
  }
  seal_image(image, kMagic, kVersion);
  return image;
}

Result<RevocationView> RevocationView::open(std::span<const std::byte> image, ImageCheck check) {
  if (const auto frame = check_frame(image, kMagic, kVersion, check); !frame)
    return Error{frame.error()};
  Head head{};
  if (image.size() < sizeof head) return damaged("it ends inside its head");
  std::memcpy(&head, image.data(), sizeof head);
  if (head.issuers > kMaxIssuers || head.issuers > (image.size() - sizeof head) / sizeof(Entry))
    return damaged("its issuers lie outside it");
  RevocationView view;
  for (std::uint64_t i = 0; i < head.issuers; ++i) {
    Entry entry{};
    std::memcpy(&entry, image.data() + sizeof head + i * sizeof entry, sizeof entry);
    if (!is_possible(entry, image.size())) return damaged("a table lies outside it");
    if (!view.crls_.empty() && !(view.crls_.back().issuer < entry.issuer))
      return damaged("its issuers are out of order");
    view.crls_.push_back(crl_of(entry, image));
    if (check == ImageCheck::kWhole && !view.crls_.back().revoked.in_order())
      return damaged("its serials are out of order");
  }
  return view;
}

const IssuerCrl* RevocationView::find(const IssuerKey& issuer) const noexcept {
  const auto at =
      std::lower_bound(crls_.begin(), crls_.end(), issuer,
                       [](const IssuerCrl& crl, const IssuerKey& key) { return crl.issuer < key; });
  return at != crls_.end() && at->issuer == issuer ? &*at : nullptr;
}

} // namespace polyauth
