// SPDX-License-Identifier: Apache-2.0
#include "tool/explanation.hpp"

#include "core/reason_help.hpp"
#include "tool/wrapped_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace polyauth::tool {

namespace {

using Json = nlohmann::ordered_json;

std::string_view text_of(std::size_t index) noexcept {
  return question_text(static_cast<Question>(index + 1));
}

Json mac_or_null(const std::optional<MacAddress>& mac) {
  return mac ? Json(mac->to_string()) : Json();
}

std::string_view verdict_of(const Decision& decision) noexcept {
  return decision.granted() ? "granted" : "denied";
}

} // namespace

std::string_view Explanation::Line::answer() const noexcept {
  if (refusal) return "no";
  return asked && !left_out ? "yes" : "not asked";
}

void Explanation::asked(Question question, std::optional<Reason> refusal) {
  line(question).asked = true;
  line(question).refusal = refusal;
}

void Explanation::note(Question question, std::string text) {
  line(question).note = std::move(text);
}

void Explanation::leave_out(Question question) { line(question).left_out = true; }

void Explanation::print_text(const Decision& decision, Console& console) const {
  std::size_t width = 0;
  for (std::size_t i = 0; i < lines_.size(); ++i) width = std::max(width, text_of(i).size());
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const Line& line = lines_[i];
    std::string text = i < 9 ? " " : "";
    text += std::to_string(i + 1);
    text += ' ';
    text += text_of(i);
    text.append(width - text_of(i).size() + 2, ' ');
    std::string answer(line.answer());
    if (line.refusal) answer += ": " + std::string(slug(*line.refusal));
    if (!line.note.empty()) answer += ", " + printable(line.note);
    console.print_text(text + wrapped(answer, text.size(), text.size()));
  }
  if (!decision.granted()) {
    const ReasonHelp help = reason_help(decision.reason);
    console.print_text(indented(help.meaning, 3) + indented(help.action, 3));
  }
  console.print(std::string(verdict_of(decision)) + ' ' + std::string(slug(decision.reason)));
}

void Explanation::print_json(const Decision& decision, Console& console) const {
  Json questions = Json::array();
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const Line& line = lines_[i];
    questions.push_back({{"number", i + 1},
                         {"question", text_of(i)},
                         {"answer", line.answer()},
                         {"reason", line.refusal ? Json(slug(*line.refusal)) : Json()},
                         {"note", line.note.empty() ? Json() : Json(printable(line.note))}});
  }
  const Json all = {{"verdict", verdict_of(decision)},
                    {"reason", slug(decision.reason)},
                    {"device", mac_or_null(decision.device)},
                    {"foreign", mac_or_null(decision.foreign)},
                    {"questions", std::move(questions)}};
  console.print_text(all.dump(2));
}

} // namespace polyauth::tool
