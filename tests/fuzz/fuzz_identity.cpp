// SPDX-License-Identifier: Apache-2.0
// A subject yields a MAC only in the form that was asked for. First line: a form
// of the admin's choice; the rest: the value of the CN.
#include "core/identity.hpp"
#include "core/mac_scan.hpp"
#include "fuzz/property.hpp"

#include <algorithm>
#include <string>

using namespace polyauth;
using fuzz::require;

namespace {

Identity read(std::span<const std::string_view> words, const Subject& subject) {
  const auto forms = IdentityForms::parse(words);
  require(static_cast<bool>(forms), "a known form parses");
  return forms->read(subject);
}

std::optional<MacAddress> address_in(const Identity& identity) {
  const auto* mac = std::get_if<MacAddress>(&identity);
  return mac == nullptr ? std::nullopt : std::optional(*mac);
}

bool is_twelve_digits(std::string_view text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), ascii::is_hex);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view value = fuzz::text_of(data, size);
  const std::string_view form = fuzz::take_line(value);
  Subject subject;
  subject[Attribute::kCn] = {1, std::string(value)};

  constexpr std::string_view kPoly[] = {"poly"};
  const auto poly = address_in(read(kPoly, subject));
  require(!poly || (is_twelve_digits(value) && MacAddress::parse(value) == poly),
          "poly reads twelve digits and nothing else");

  constexpr std::string_view kBroadworks[] = {"broadworks"};
  const auto broadworks = address_in(read(kBroadworks, subject));
  require(!poly || broadworks == poly, "what poly reads broadworks reads");
  if (broadworks) {
    const MacsInText macs = find_macs(value, *broadworks);
    require(broadworks->is_placeholder() || (macs.own && !macs.foreign),
            "the MAC of broadworks stands alone in the value");
    require(value.find('\\') == std::string_view::npos, "no escape is read as digits");
  }

  constexpr std::string_view kBoth[] = {"broadworks", "poly"};
  require(address_in(read(kBoth, subject)) == broadworks, "two forms agree or yield nothing");

  constexpr std::string_view kRegex[] = {"CN~(?:SEP|ATA)([0-9A-F]{12})"};
  if (const auto cisco = address_in(read(kRegex, subject)))
    require(value.size() == 15 && MacAddress::parse(value.substr(3)) == cisco,
            "a regex matches the whole value");

  const std::string_view words[] = {form};
  if (const auto forms = IdentityForms::parse(words)) {
    static_cast<void>(address_in(forms->read(subject)));
    subject[Attribute::kCn].count = 2;
    if (form.starts_with("CN~"))
      require(!address_in(forms->read(subject)),
              "an attribute that occurs twice identifies nobody");
  } else {
    require(!forms.error().empty(), "a refusal says why");
  }
  return 0;
}
