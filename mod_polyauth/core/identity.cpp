// SPDX-License-Identifier: Apache-2.0
#include "core/identity.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include "core/ascii.hpp"
#include "core/mac_scan.hpp"

#include <pcre2.h>

#include <algorithm>

namespace polyauth {

namespace {

constexpr std::array<std::string_view, kAttributeCount> kAttributeNames = {
    "CN", "O", "OU", "L", "ST", "serialNumber"};
constexpr std::string_view kWanted =
    "; accepted is a PCRE with one group around the MAC, as in CN~SEP([0-9A-F]{12})";
// A subject is an outsider's text: neither time nor stack may depend on it.
constexpr std::uint32_t kMatchLimit = 20'000;
constexpr std::uint32_t kHeapLimitKiB = 256;

} // namespace

std::string_view attribute_name(Attribute attribute) noexcept {
  return kAttributeNames[static_cast<std::size_t>(attribute)];
}

struct IdentityForms::Regex {
  struct FreeCode {
    void operator()(pcre2_code* code) const noexcept { pcre2_code_free(code); }
  };
  struct FreeContext {
    void operator()(pcre2_match_context* context) const noexcept {
      pcre2_match_context_free(context);
    }
  };
  struct FreeMatch {
    void operator()(pcre2_match_data* match) const noexcept { pcre2_match_data_free(match); }
  };
  std::unique_ptr<pcre2_code, FreeCode> code;
  std::unique_ptr<pcre2_match_context, FreeContext> context;

  static Result<std::shared_ptr<const Regex>> compile(std::string_view text) {
    int number = 0;
    PCRE2_SIZE offset = 0;
    auto regex = std::make_shared<Regex>();
    regex->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                                    PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY,
                                    &number, &offset, nullptr));
    if (!regex->code) {
      std::array<PCRE2_UCHAR, 128> message{};
      pcre2_get_error_message(number, message.data(), message.size());
      return Error{"regex \"" + std::string(text) + "\", column " + std::to_string(offset + 1) +
                   ": " + reinterpret_cast<const char*>(message.data()) + std::string(kWanted)};
    }
    std::uint32_t groups = 0;
    pcre2_pattern_info(regex->code.get(), PCRE2_INFO_CAPTURECOUNT, &groups);
    if (groups != 1)
      return Error{"regex \"" + std::string(text) + "\" has " + std::to_string(groups) +
                   " groups; exactly one is needed, around the MAC, as in CN~SEP([0-9A-F]{12})"};
    regex->context.reset(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(regex->context.get(), kMatchLimit);
    pcre2_set_heap_limit(regex->context.get(), kHeapLimitKiB);
    return std::shared_ptr<const Regex>(std::move(regex));
  }

  // The text of the group when the whole value matches within the limits.
  [[nodiscard]] std::optional<std::string_view> match(std::string_view value) const {
    const std::unique_ptr<pcre2_match_data, FreeMatch> data(
        pcre2_match_data_create_from_pattern(code.get(), nullptr));
    if (!data) return std::nullopt;
    const int rc = pcre2_match(code.get(), reinterpret_cast<PCRE2_SPTR>(value.data()), value.size(),
                               0, 0, data.get(), context.get());
    if (rc < 2) return std::nullopt;
    const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(data.get());
    if (offsets[2] == PCRE2_UNSET || offsets[3] < offsets[2]) return std::nullopt;
    return value.substr(offsets[2], offsets[3] - offsets[2]);
  }
};

Result<IdentityForms> IdentityForms::parse(std::span<const std::string_view> words) {
  if (words.empty()) return Error{"needs poly, broadworks or attribute~regex"};
  IdentityForms forms;
  for (const std::string_view word : words) {
    if (word == "poly") {
      forms.forms_.push_back({Kind::kPoly, Attribute::kCn, nullptr});
      continue;
    }
    if (word == "broadworks") {
      forms.forms_.push_back({Kind::kBroadworks, Attribute::kCn, nullptr});
      continue;
    }
    const std::size_t tilde = word.find('~');
    if (tilde == std::string_view::npos)
      return Error{"\"" + std::string(word) +
                   "\" is not an identity form; accepted are poly, broadworks and "
                   "attribute~regex, as in CN~SEP([0-9A-F]{12})"};
    const auto name =
        std::find(kAttributeNames.begin(), kAttributeNames.end(), word.substr(0, tilde));
    if (name == kAttributeNames.end())
      return Error{
          "\"" + std::string(word.substr(0, tilde)) +
          "\" is not an attribute of the subject; accepted are CN, O, OU, L, ST and serialNumber"};
    auto regex = Regex::compile(word.substr(tilde + 1));
    if (!regex) return Error{regex.error()};
    forms.forms_.push_back(
        {Kind::kRegex, static_cast<Attribute>(name - kAttributeNames.begin()), std::move(*regex)});
  }
  return forms;
}

Identity IdentityForms::read_form(const Form& form, std::string_view value) {
  if (value.find('\\') != std::string_view::npos) return IdentityFault::kMalformed;
  switch (form.kind) {
  case Kind::kPoly:
    if (value.size() == 12)
      if (const auto mac = MacAddress::from_digits(value)) return *mac;
    return IdentityFault::kMalformed;
  case Kind::kBroadworks: {
    const auto sighting = next_mac(value, 0, std::nullopt);
    if (!sighting) return IdentityFault::kMalformed;
    if (sighting->several) return IdentityFault::kMultiple;
    for (auto next = next_mac(value, sighting->end, std::nullopt); next;
         next = next_mac(value, next->end, std::nullopt))
      if (next->several || next->address != sighting->address) return IdentityFault::kMultiple;
    return sighting->address;
  }
  case Kind::kRegex: {
    const auto group = form.regex->match(value);
    const auto mac = group ? MacAddress::parse(*group) : std::nullopt;
    if (mac) return *mac;
    return IdentityFault::kMalformed;
  }
  }
  return IdentityFault::kMalformed;
}

Identity IdentityForms::read(const Subject& subject) const {
  for (const Form& form : forms_)
    if (subject[form.attribute].count > 1) return IdentityFault::kMultiple;
  std::optional<MacAddress> found;
  bool any_value = false;
  for (const Form& form : forms_) {
    const std::string& value = subject[form.attribute].first;
    if (value.empty()) continue;
    any_value = true;
    const Identity read = read_form(form, value);
    if (const auto* mac = std::get_if<MacAddress>(&read)) {
      if (found && *found != *mac) return IdentityFault::kMultiple;
      found = *mac;
    } else if (std::get<IdentityFault>(read) == IdentityFault::kMultiple) {
      return IdentityFault::kMultiple;
    }
  }
  if (!found) return any_value ? IdentityFault::kMalformed : IdentityFault::kMissing;
  return *found;
}

bool IdentityForms::expects_maker_chain() const noexcept {
  return std::any_of(forms_.begin(), forms_.end(),
                     [](const Form& form) { return form.kind != Kind::kRegex; });
}

} // namespace polyauth
