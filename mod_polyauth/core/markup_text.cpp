// SPDX-License-Identifier: Apache-2.0
#include "core/markup_text.hpp"

namespace polyauth {

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
    case '&': out += "&amp;"; break;
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '"': out += "&quot;"; break;
    // HTML 4 does not know &apos;.
    case '\'': out += "&#39;"; break;
    default: out += c;
    }
  }
}

} // namespace polyauth
