// SPDX-License-Identifier: Apache-2.0
#include "credentials/password_image.hpp"
#include "credentials/password_image_layout.hpp"

#include <algorithm>
#include <numeric>
#include <string>

namespace polyauth {

namespace {

using namespace password_image;

// Puts the rows together, user by user.
class Builder {
public:
  Builder(std::span<const PasswordLine> lines, std::int64_t now) : now_(now) {
    std::vector<std::size_t> order(lines.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [lines](std::size_t a, std::size_t b) {
      return lines[a].user < lines[b].user;
    });
    for (std::size_t i = 0; i < order.size(); ++i) {
      const PasswordLine& line = lines[order[i]];
      if (i == 0 || line.user != lines[order[i - 1]].user) {
        const auto first = static_cast<std::uint32_t>(lines_.size());
        users_.push_back({add(line.user), first, first});
        of_user_.clear();
      }
      add_line(line);
      users_.back().last = static_cast<std::uint32_t>(lines_.size());
    }
  }

  std::vector<std::byte> image() {
    const Header header{
        static_cast<std::uint32_t>(users_.size()), static_cast<std::uint32_t>(lines_.size()),
        static_cast<std::uint32_t>(kinds_.size()), static_cast<std::uint32_t>(texts_.size())};
    std::vector<std::byte> image(Layout(header).end);
    std::size_t at = sizeof(ImageFrame);
    const auto put = [&](const void* from, std::size_t size) {
      if (size != 0) std::memcpy(image.data() + at, from, size);
      at += size;
    };
    put(&header, sizeof header);
    put(users_.data(), users_.size() * sizeof(UserRow));
    put(lines_.data(), lines_.size() * sizeof(LineRow));
    put(kinds_.data(), kinds_.size() * sizeof(KindRow));
    put(texts_.data(), texts_.size());
    seal_image(image, kMagic, kVersion);
    return image;
  }

private:
  Text add(std::string_view text) {
    const Text added{static_cast<std::uint32_t>(texts_.size()),
                     static_cast<std::uint32_t>(text.size())};
    texts_ += text;
    texts_ += '\0';
    return added;
  }

  void add_line(const PasswordLine& line) {
    const std::size_t kind = kind_of(line.work);
    // The dearest of a kind stands for all.
    if (line.work.rounds > dearest_[kind].rounds) {
      dearest_[kind] = line.work;
      kinds_[kind].decoy = static_cast<std::uint32_t>(lines_.size());
    }
    if (!line.options.window.is_over(now_))
      kinds_[kind].count = std::max(kinds_[kind].count, ++of_user_[kind]);
    const Window& window = line.options.window;
    lines_.push_back({window.from, window.until, add(line.hash), add(line.options.label), kind});
  }

  std::size_t kind_of(const HashWork& work) {
    const auto at = std::find_if(dearest_.begin(), dearest_.end(),
                                 [&](const HashWork& other) { return other.is_like(work); });
    const auto kind = static_cast<std::size_t>(at - dearest_.begin());
    if (at == dearest_.end()) {
      dearest_.push_back(work);
      kinds_.push_back({0, static_cast<std::uint32_t>(lines_.size())});
    }
    of_user_.resize(kinds_.size());
    return kind;
  }

  std::int64_t now_;
  std::vector<UserRow> users_;
  std::vector<LineRow> lines_;
  std::vector<KindRow> kinds_;
  std::vector<HashWork> dearest_;      // by kind
  std::vector<std::uint32_t> of_user_; // lines of this user by kind
  std::string texts_;
};

} // namespace

std::vector<std::byte> build_password_image(std::span<const PasswordLine> lines, std::int64_t now) {
  return Builder(lines, now).image();
}

} // namespace polyauth
