// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/rule_book.hpp"
#include "tool/console.hpp"

#include <array>
#include <optional>
#include <string>

namespace polyauth::tool {

// What became of each question of a decision, and how it is told.
class Explanation final : public Observer {
public:
  void asked(Question question, std::optional<Reason> refusal) override;

  // What the answer rests on, such as the entry of the list.
  void note(Question question, std::string text);
  // The question has nothing to ask about: the rule book answers it with yes.
  void leave_out(Question question);

  void print_text(const Decision& decision, Console& console) const;
  void print_json(const Decision& decision, Console& console) const;

private:
  struct Line {
    bool asked = false;
    bool left_out = false;
    std::optional<Reason> refusal;
    std::string note;
    [[nodiscard]] std::string_view answer() const noexcept;
  };
  Line& line(Question question) noexcept { return lines_[static_cast<std::size_t>(question) - 1]; }

  std::array<Line, kQuestionCount + 1> lines_; // kUser is for a server to ask
};

} // namespace polyauth::tool
