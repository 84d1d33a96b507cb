// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// The text that tells a phone its regular settings. Knows neither files nor XML beyond
// escaping: whether it is well-formed is asked elsewhere.
namespace polyauth {

// A text with the placeholders {mac}, {user}, {password} and {server}. Immutable.
class OnboardingTemplate {
public:
  enum class Placeholder : std::uint8_t { kMac, kUser, kPassword, kServer };
  struct Values {
    std::string_view mac;
    std::string_view user;
    std::string_view password;
    std::string_view server;
  };

  // Every '{' begins a placeholder: a misspelled one would reach the phone as it is. A
  // brace that is meant is written as a character reference.
  static std::variant<OnboardingTemplate, Diagnostic> parse(std::string_view text);

  [[nodiscard]] bool uses(Placeholder placeholder) const noexcept;

  // The text with these values, each escaped for an attribute or for content.
  [[nodiscard]] std::string render(const Values& values) const;

private:
  struct Piece {
    std::string text; // and behind it, if there is one,
    bool has_placeholder = false;
    Placeholder placeholder = Placeholder::kMac;
  };
  OnboardingTemplate() = default;

  std::vector<Piece> pieces_;
};

} // namespace polyauth
