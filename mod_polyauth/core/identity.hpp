// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mac_address.hpp"
#include "core/result.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// From the subject of a device certificate to the MAC address it vouches for.
// conf/DIRECTIVES.md: PolyAuthIdentity, questions 7 and 8.
namespace polyauth {

// The subject attributes that a form may read, by their names in PolyAuthIdentity.
enum class Attribute : std::uint8_t { kCn, kO, kOu, kL, kSt, kSerialNumber };
inline constexpr std::size_t kAttributeCount = 6;
[[nodiscard]] std::string_view attribute_name(Attribute attribute) noexcept;

// The subject of one certificate. A value is the text as mod_ssl would print
// it: UTF-8, with control characters and '\' escaped, so that a NUL cannot end it.
struct Subject {
  struct Values {
    unsigned count = 0; // how often the attribute occurs
    std::string first;  // its first value; empty if there is none
  };
  std::array<Values, kAttributeCount> attributes;

  [[nodiscard]] const Values& operator[](Attribute attribute) const noexcept {
    return attributes[static_cast<std::size_t>(attribute)];
  }
  [[nodiscard]] Values& operator[](Attribute attribute) noexcept {
    return attributes[static_cast<std::size_t>(attribute)];
  }
};

enum class IdentityFault : std::uint8_t { kMissing, kMultiple, kMalformed };
using Identity = std::variant<MacAddress, IdentityFault>;

// The forms of one PolyAuthIdentity. Immutable; safe to share between threads.
class IdentityForms {
public:
  // `words` as written behind the directive: poly, broadworks or attribute~regex.
  static Result<IdentityForms> parse(std::span<const std::string_view> words);

  // The one address that the forms together read from the subject. A value that
  // holds a control character or a '\', which its text shows escaped, is
  // malformed: the digits of an escape do not stand in the certificate. A form
  // that does not match is no fault as long as another one does. Whether the
  // address can be a device's is not asked here (question 8).
  [[nodiscard]] Identity read(const Subject& subject) const;

  // Whether a form is one of those of the phone maker's certificates, whose
  // chain has three CAs above the leaf.
  [[nodiscard]] bool expects_maker_chain() const noexcept;

private:
  enum class Kind : std::uint8_t { kPoly, kBroadworks, kRegex };
  struct Regex; // a compiled PCRE2 pattern
  struct Form {
    Kind kind;
    Attribute attribute;
    std::shared_ptr<const Regex> regex;
  };
  static Identity read_form(const Form& form, std::string_view value);

  std::vector<Form> forms_;
};

} // namespace polyauth
