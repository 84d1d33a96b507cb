// SPDX-License-Identifier: Apache-2.0
#include "core/logged_request.hpp"

#include "core/ascii.hpp"

#include <algorithm>

namespace polyauth {

namespace {

int hex_pair(std::string_view text) noexcept {
  if (text.size() < 2 || !ascii::is_hex(text[0]) || !ascii::is_hex(text[1])) return -1;
  return ascii::hex_value(text[0]) * 16 + ascii::hex_value(text[1]);
}

// Takes back what ap_escape_logitem() does.
std::string unescaped(std::string_view text) {
  constexpr std::string_view kLetters = "bnrtv";
  constexpr std::string_view kBytes = "\b\n\r\t\v";
  std::string out;
  while (!text.empty()) {
    std::size_t used = 1;
    char byte = text.front();
    if (byte == '\\' && text.size() > 1) {
      used = 2;
      byte = text[1];
      if (const std::size_t letter = kLetters.find(byte); letter != std::string_view::npos)
        byte = kBytes[letter];
      else if (const int pair = hex_pair(text.substr(2)); byte == 'x' && pair >= 0) {
        used = 4;
        byte = static_cast<char>(pair);
      }
    }
    out += byte;
    text.remove_prefix(used);
  }
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const int pair = text.front() == '%' ? hex_pair(text.substr(1)) : -1;
    out += pair >= 0 ? static_cast<char>(pair) : text.front();
    text.remove_prefix(pair >= 0 ? 3 : 1);
  }
  return out;
}

} // namespace

LoggedRequest read_logged_request(std::string_view text) {
  const std::string line = unescaped(text);
  const std::size_t method_end = line.find(' ');
  if (method_end == std::string::npos) return {};
  std::string_view target = std::string_view(line).substr(method_end + 1);
  target = target.substr(0, target.find(' '));
  if (const std::size_t scheme = target.find("://");
      scheme != std::string_view::npos && scheme < target.find_first_of("/?"))
    target.remove_prefix(std::min(target.find('/', scheme + 3), target.size()));
  const std::size_t query = std::min(target.find('?'), target.size());
  return {line.substr(0, method_end), percent_decoded(target.substr(0, query)),
          std::string(target.substr(std::min(query + 1, target.size())))};
}

} // namespace polyauth
