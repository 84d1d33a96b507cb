// SPDX-License-Identifier: Apache-2.0
// A form that parses holds clean texts, and the same again when it is written and read.
#include "core/ascii.hpp"
#include "core/clean_text.hpp"
#include "core/form_data.hpp"
#include "fuzz/property.hpp"

#include <algorithm>
#include <string>

using namespace polyauth;
using fuzz::require;

namespace {

// Every byte escaped.
std::string encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xfU];
  }
  return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body = fuzz::text_of(data, size);
  const auto form = FormData::parse(body);
  if (!form) return 0;
  const auto mac = form->value("mac");
  if (!mac) return 0;
  require(is_utf8(*mac) && std::none_of(mac->begin(), mac->end(), ascii::is_control),
          "a value is clean");
  const auto again = FormData::parse("mac=" + encoded(*mac));
  require(again && again->value("mac") == mac, "what is written is read again");
  const auto twice = FormData::parse(std::string(body) + "&mac=");
  require(twice && !twice->value("mac"), "a field that is there twice has no value");
  return 0;
}
