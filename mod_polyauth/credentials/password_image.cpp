// SPDX-License-Identifier: Apache-2.0
#include "credentials/password_image.hpp"

#include "io/image_frame.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace polyauth {

namespace {

constexpr std::string_view kMagic = "PA-PASSW";
constexpr std::uint32_t kVersion = 1;

struct Header {
  std::uint32_t users;
  std::uint32_t lines;
  std::uint32_t kinds;
  std::uint32_t text_bytes;
};

// A text of the image: where it begins among the texts, and its length without NUL.
struct Text {
  std::uint32_t at;
  std::uint32_t size;
};

struct UserRow {
  Text name;
  std::uint32_t first;
  std::uint32_t last;
};

struct LineRow {
  std::int64_t from;
  std::int64_t until;
  Text hash;
  Text label;
  std::uint64_t kind;
};

struct KindRow {
  std::uint32_t count;
  std::uint32_t decoy; // a line of the kind
};

// Where the parts begin; all are multiples of 8.
struct Layout {
  std::size_t users = sizeof(ImageFrame) + sizeof(Header);
  std::size_t lines;
  std::size_t kinds;
  std::size_t texts;
  std::size_t end;

  explicit Layout(const Header& header) noexcept
      : lines(users + std::size_t{header.users} * sizeof(UserRow)),
        kinds(lines + std::size_t{header.lines} * sizeof(LineRow)),
        texts(kinds + std::size_t{header.kinds} * sizeof(KindRow)), end(texts + header.text_bytes) {
  }
};

template <typename T> T read_at(std::span<const std::byte> image, std::size_t at) noexcept {
  T value;
  std::memcpy(&value, image.data() + at, sizeof value);
  return value;
}

Header header_of(std::span<const std::byte> image) noexcept {
  return read_at<Header>(image, sizeof(ImageFrame));
}

UserRow user_row(std::span<const std::byte> image, std::size_t index) noexcept {
  return read_at<UserRow>(image, Layout(header_of(image)).users + index * sizeof(UserRow));
}
LineRow line_row(std::span<const std::byte> image, std::size_t index) noexcept {
  return read_at<LineRow>(image, Layout(header_of(image)).lines + index * sizeof(LineRow));
}
KindRow kind_row(std::span<const std::byte> image, std::size_t index) noexcept {
  return read_at<KindRow>(image, Layout(header_of(image)).kinds + index * sizeof(KindRow));
}
std::string_view text_at(std::span<const std::byte> image, const Text& text) noexcept {
  const std::size_t at = Layout(header_of(image)).texts + text.at;
  return {reinterpret_cast<const char*>(image.data()) + at, text.size};
}

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

// Whether the rows of an image with a right frame and length lead nowhere else.
class Inspection {
public:
  explicit Inspection(std::span<const std::byte> image) noexcept
      : image_(image), header_(header_of(image)) {}

  [[nodiscard]] bool is_sound() const noexcept {
    return header_.lines != 0 && users_are_sound() && lines_are_sound() && kinds_are_sound();
  }

private:
  [[nodiscard]] bool is_text(const Text& text) const noexcept {
    if (text.at >= header_.text_bytes || text.size >= header_.text_bytes - text.at) return false;
    const std::string_view with_end = text_at(image_, {text.at, text.size + 1});
    return with_end.find('\0') == text.size;
  }

  [[nodiscard]] bool users_are_sound() const noexcept {
    std::uint32_t line = 0;
    for (std::size_t i = 0; i < header_.users; ++i) {
      const UserRow user = user_row(image_, i);
      if (!is_text(user.name) || user.first != line || user.last <= user.first) return false;
      if (i != 0 && text_at(image_, user_row(image_, i - 1).name) >= text_at(image_, user.name))
        return false;
      line = user.last;
    }
    return line == header_.lines;
  }

  [[nodiscard]] bool lines_are_sound() const noexcept {
    for (std::size_t i = 0; i < header_.lines; ++i) {
      const LineRow line = line_row(image_, i);
      if (!is_text(line.hash) || !is_text(line.label) || line.kind >= header_.kinds ||
          line.from >= line.until || !parse_hash(text_at(image_, line.hash)))
        return false;
    }
    return true;
  }

  [[nodiscard]] bool kinds_are_sound() const noexcept {
    for (std::size_t i = 0; i < header_.kinds; ++i) {
      const KindRow kind = kind_row(image_, i);
      if (kind.decoy >= header_.lines || kind.count > header_.lines ||
          line_row(image_, kind.decoy).kind != i)
        return false;
    }
    return true;
  }

  std::span<const std::byte> image_;
  Header header_;
};

} // namespace

std::vector<std::byte> build_password_image(std::span<const PasswordLine> lines, std::int64_t now) {
  return Builder(lines, now).image();
}

Result<PasswordView> PasswordView::open(std::span<const std::byte> image) {
  if (const auto frame = check_frame(image, kMagic, kVersion, ImageCheck::kWhole); !frame)
    return Error{frame.error()};
  if (image.size() < sizeof(ImageFrame) + sizeof(Header) ||
      Layout(header_of(image)).end != image.size() || !Inspection(image).is_sound())
    return Error{"the image of the passwords is damaged"};
  PasswordView view;
  view.image_ = image;
  return view;
}

PasswordView::Range PasswordView::find(std::string_view user) const noexcept {
  std::size_t low = 0;
  std::size_t high = users();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const UserRow row = user_row(image_, middle);
    const int order = text_at(image_, row.name).compare(user);
    if (order == 0) return {row.first, row.last};
    (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
  }
  return {};
}

PasswordView::Line PasswordView::line(std::uint32_t index) const noexcept {
  const LineRow row = line_row(image_, index);
  const std::string_view hash = text_at(image_, row.hash);
  return {hash.data(),
          text_at(image_, row.label),
          {row.from, row.until},
          static_cast<std::uint32_t>(row.kind),
          hash.starts_with("$2")};
}

std::size_t PasswordView::kinds() const noexcept { return header_of(image_).kinds; }

PasswordView::Kind PasswordView::kind(std::size_t index) const noexcept {
  const KindRow row = kind_row(image_, index);
  return {row.count, line(row.decoy).hash};
}

std::size_t PasswordView::users() const noexcept { return header_of(image_).users; }
std::size_t PasswordView::lines() const noexcept { return header_of(image_).lines; }

} // namespace polyauth
