// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/markup_text.hpp"

#include <cstddef>
#include <string>
#include <string_view>

// Writes HTML so that nobody can forget to escape: what is not a literal of this program,
// marked with _html, is text.
namespace polyauth::apache {

// Markup that stands in our own sources; nothing that is only known at run time can be.
class Markup {
public:
  consteval Markup(const char* text, std::size_t size) : text_(text, size) {}
  [[nodiscard]] constexpr std::string_view text() const noexcept { return text_; }

private:
  std::string_view text_;
};

consteval Markup operator""_html(const char* text, std::size_t size) { return {text, size}; }

class Html {
public:
  Html& operator<<(Markup markup) {
    text_ += markup.text();
    return *this;
  }
  // Escaped, for content and for a quoted attribute.
  Html& operator<<(std::string_view text) {
    append_escaped(text_, text);
    return *this;
  }
  Html& operator<<(const Html& part) {
    text_ += part.text_;
    return *this;
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
  std::string text_;
};

} // namespace polyauth::apache
