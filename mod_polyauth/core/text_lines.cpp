// SPDX-License-Identifier: Apache-2.0
#include "core/text_lines.hpp"

#include "core/ascii.hpp"

#include <algorithm>

namespace polyauth {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::size_t kMaxQuoted = 40;

} // namespace

TextLine text_line(std::string_view bytes, std::size_t number) noexcept {
  TextLine line{bytes, number, 0};
  if (number == 1 && line.text.starts_with(kByteOrderMark)) {
    line.offset = kByteOrderMark.size();
    line.text.remove_prefix(line.offset);
  }
  if (line.text.ends_with('\n')) {
    line.text.remove_suffix(1);
    // CR ends a line only together with LF.
    if (line.text.ends_with('\r')) line.text.remove_suffix(1);
  }
  return line;
}

std::optional<TextLine> LineWalk::next() noexcept {
  if (rest_.empty()) return std::nullopt;
  const std::size_t end = rest_.find('\n');
  const std::string_view bytes = rest_.substr(0, end == std::string_view::npos ? end : end + 1);
  rest_.remove_prefix(bytes.size());
  return text_line(bytes, ++number_);
}

bool is_plain(std::string_view line) noexcept {
  return std::all_of(line.begin(), line.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte < 0x7f) || byte == '\t';
  });
}

std::optional<Forbidden> find_forbidden(std::string_view line) noexcept {
  // What some editors call Unicode; a NUL would not tell that.
  if (line.starts_with("\xff\xfe") || line.starts_with("\xfe\xff"))
    return Forbidden{0, "text in UTF-16 (save it as UTF-8)"};
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\0') return Forbidden{i, "a NUL byte"};
    if (c == '\r') return Forbidden{i, "a CR without LF"};
    if (ascii::is_control(c) && c != '\t') return Forbidden{i, "a control character"};
    if (line.substr(i, 2) == "\xc2\x85") return Forbidden{i, "the line separator U+0085"};
    if (line.substr(i, 3) == "\xe2\x80\xa8") return Forbidden{i, "the line separator U+2028"};
    if (line.substr(i, 3) == "\xe2\x80\xa9") return Forbidden{i, "the paragraph separator U+2029"};
  }
  return std::nullopt;
}

std::string quoted(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const bool cut = text.size() > kMaxQuoted;
  std::string out = "\"";
  for (const char c : text.substr(0, kMaxQuoted)) {
    if (ascii::is_control(c) || static_cast<unsigned char>(c) >= 0x80 || c == '"' || c == '\\') {
      out += "\\x";
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 0xf];
    } else {
      out += c;
    }
  }
  return out + (cut ? "...\"" : "\"");
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && ascii::is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && ascii::is_blank(text.back())) text.remove_suffix(1);
  return text;
}

} // namespace polyauth
