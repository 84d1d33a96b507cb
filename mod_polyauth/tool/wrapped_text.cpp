// SPDX-License-Identifier: Apache-2.0
#include "tool/wrapped_text.hpp"

#include <algorithm>

namespace polyauth::tool {

namespace {

constexpr std::size_t kWidth = 79;

} // namespace

std::string wrapped(std::string_view paragraph, std::size_t column, std::size_t indent) {
  std::string out;
  bool fresh = true;
  while (!paragraph.empty()) {
    const std::string_view word = paragraph.substr(0, paragraph.find(' '));
    paragraph.remove_prefix(std::min(word.size() + 1, paragraph.size()));
    if (!fresh && column + 1 + word.size() > kWidth) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
      fresh = true;
    }
    if (!fresh) out += ' ';
    out += word;
    column += word.size() + (fresh ? 0 : 1);
    fresh = false;
  }
  return out + '\n';
}

std::string indented(std::string_view paragraph, std::size_t indent) {
  return std::string(indent, ' ') + wrapped(paragraph, indent, indent);
}

} // namespace polyauth::tool
