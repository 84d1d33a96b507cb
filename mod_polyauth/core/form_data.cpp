// SPDX-License-Identifier: Apache-2.0
#include "core/form_data.hpp"

#include "core/ascii.hpp"
#include "core/clean_text.hpp"

#include <algorithm>

namespace polyauth {

namespace {

std::optional<std::string> decode(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i] == '+' ? ' ' : raw[i];
    if (c == '%') {
      if (i + 2 >= raw.size() || !ascii::is_hex(raw[i + 1]) || !ascii::is_hex(raw[i + 2]))
        return std::nullopt;
      c = static_cast<char>(ascii::hex_value(raw[i + 1]) << 4 | ascii::hex_value(raw[i + 2]));
      i += 2;
    }
    if (ascii::is_control(c)) return std::nullopt;
    out += c;
  }
  if (!is_utf8(out)) return std::nullopt;
  return out;
}

} // namespace

std::optional<FormData> FormData::parse(std::string_view body) {
  FormData form;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('&'), body.size());
    const std::string_view field = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    const std::size_t equals = std::min(field.find('='), field.size());
    auto name = decode(field.substr(0, equals));
    auto value = decode(field.substr(std::min(equals + 1, field.size())));
    if (!name || !value) return std::nullopt;
    form.fields_.emplace_back(std::move(*name), std::move(*value));
  }
  return form;
}

std::optional<std::string_view> FormData::value(std::string_view name) const noexcept {
  std::optional<std::string_view> found;
  for (const auto& [key, value] : fields_) {
    if (key != name) continue;
    if (found) return std::nullopt;
    found = value;
  }
  return found;
}

} // namespace polyauth
