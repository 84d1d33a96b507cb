// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// Lines of the texts that administrators write, and how they are spoken of.
namespace polyauth {

// One line without what ends it, and where it stands.
struct TextLine {
  std::string_view text;
  std::size_t number = 0; // from 1
  std::size_t offset = 0; // bytes of the line before `text`: the byte order mark
};

// Walks through the lines of a text, LF or CRLF; a byte order mark before the
// first is no part of it. The text must outlive the lines.
class LineWalk {
public:
  explicit LineWalk(std::string_view text) noexcept : rest_(text) {}
  [[nodiscard]] std::optional<TextLine> next() noexcept;

private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

// The line of these bytes, with or without its LF.
[[nodiscard]] TextLine text_line(std::string_view bytes, std::size_t number) noexcept;

// Whether it is ASCII without control characters other than tab, as nearly all are.
[[nodiscard]] bool is_plain(std::string_view line) noexcept;

// The first byte of a line that no file may hold, not even in a comment: what an
// editor shows as an end of line, or not at all, could hide an entry.
struct Forbidden {
  std::size_t at;
  std::string_view what;
};
[[nodiscard]] std::optional<Forbidden> find_forbidden(std::string_view line) noexcept;

// The start of someone's text in quotes, safe to print on one line.
[[nodiscard]] std::string quoted(std::string_view text);

// Without the blanks and tabs at either end.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

} // namespace polyauth
