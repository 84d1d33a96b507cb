// SPDX-License-Identifier: Apache-2.0
#include "core/onboarding_template.hpp"

#include "core/markup_text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace polyauth {

namespace {

using Placeholder = OnboardingTemplate::Placeholder;

struct Name {
  std::string_view text;
  Placeholder placeholder;
};
constexpr std::array<Name, 4> kNames = {{{"{mac}", Placeholder::kMac},
                                         {"{user}", Placeholder::kUser},
                                         {"{password}", Placeholder::kPassword},
                                         {"{server}", Placeholder::kServer}}};
constexpr std::size_t kMaxQuoted = 40;

const Name* name_at(std::string_view text) noexcept {
  const auto* const found = std::find_if(kNames.begin(), kNames.end(), [text](const Name& name) {
    return text.starts_with(name.text);
  });
  return found != kNames.end() ? found : nullptr;
}

Diagnostic unknown_at(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const std::size_t line_start = before.rfind('\n') + 1; // npos + 1 is 0
  const std::string_view rest = text.substr(at);
  const std::size_t end = rest.find_first_of("}\r\n\"<>");
  const std::size_t length =
      end == std::string_view::npos ? rest.size() : end + (rest[end] == '}' ? 1 : 0);
  return {static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1,
          at - line_start + 1,
          "\"" + std::string(rest.substr(0, std::min(length, kMaxQuoted))) +
              "\" is no placeholder; accepted are {mac}, {user}, {password} and {server}, and "
              "&#123; for a brace"};
}

std::string_view value_of(const OnboardingTemplate::Values& values, Placeholder placeholder) {
  switch (placeholder) {
  case Placeholder::kMac: return values.mac;
  case Placeholder::kUser: return values.user;
  case Placeholder::kPassword: return values.password;
  case Placeholder::kServer: return values.server;
  }
  return {};
}

} // namespace

std::variant<OnboardingTemplate, Diagnostic> OnboardingTemplate::parse(std::string_view text) {
  OnboardingTemplate result;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t brace = text.find('{', from);
    if (brace == std::string_view::npos) {
      result.pieces_.push_back({std::string(text.substr(from)), false, Placeholder::kMac});
      break;
    }
    const Name* const name = name_at(text.substr(brace));
    if (name == nullptr) return unknown_at(text, brace);
    result.pieces_.push_back(
        {std::string(text.substr(from, brace - from)), true, name->placeholder});
    from = brace + name->text.size();
  }
  return result;
}

bool OnboardingTemplate::uses(Placeholder placeholder) const noexcept {
  return std::any_of(pieces_.begin(), pieces_.end(), [placeholder](const Piece& piece) {
    return piece.has_placeholder && piece.placeholder == placeholder;
  });
}

std::string OnboardingTemplate::render(const Values& values) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    out += piece.text;
    if (piece.has_placeholder) append_escaped(out, value_of(values, piece.placeholder));
  }
  return out;
}

} // namespace polyauth
