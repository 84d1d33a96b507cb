// SPDX-License-Identifier: Apache-2.0
#include "core/password_text.hpp"

#include "core/text_lines.hpp"

#include <algorithm>
#include <string>

namespace polyauth {

namespace {

class PasswordReader {
public:
  void read(const TextLine& line) {
    line_ = &line;
    if (const auto bad = find_forbidden(line.text))
      return fail(bad->at, std::string(bad->what) + " is not allowed, not even in a comment");
    // httpd appends the next line, and be it to a comment.
    if (line.text.ends_with('\\'))
      return fail(line.text.size() - 1, "a \\ at the end of a line, which joins the next one to it "
                                        "for httpd, is not accepted here");
    const std::string_view text = trimmed(line.text);
    if (!text.empty() && text.front() != '#') read_password(text);
  }

  PasswordText finish() {
    static constexpr TextLine kFirst{{}, 1, 0};
    line_ = &kFirst;
    if (text_.error_count == 0 && text_.lines.empty())
      fail(0, "there is no line user:hash; a file that lets nobody in is taken for a mistake");
    return std::move(text_);
  }

private:
  void read_password(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos)
      return fail(at(text), "there is no ':'; accepted is user:hash, as htpasswd writes it, then "
                            "label=, from= and until= if they are wanted");
    // Files that were put together; nobody could see why the user is not found.
    if (text.starts_with("\xef\xbb\xbf"))
      return fail(at(text), "the line begins with a byte order mark, which belongs to the start of "
                            "the file, once");
    PasswordLine password;
    password.line = line_->number;
    password.user = text.substr(0, colon);
    if (password.user.empty()) return fail(at(text), "there is no user before the ':'");
    if (password.user.size() > kMaxUserBytes)
      return fail(at(text), "the user is longer than " + std::to_string(kMaxUserBytes) + " bytes");
    const std::string_view rest = text.substr(colon + 1);
    password.hash = rest.substr(0, rest.find_first_of(" \t:"));
    const auto work = parse_hash(password.hash);
    if (!work) return fail(at(rest), bad_hash(password.hash));
    password.work = *work;
    const std::string_view options = rest.substr(password.hash.size());
    if (options.starts_with(':')) {
      if (!check_ignored(options)) return;
    } else if (const auto problem =
                   parse_options(options, LabelOption::kAccepted, password.options)) {
      return fail(at(options) + problem->at, problem->text);
    }
    text_.lines.push_back(password);
  }

  // No part of what stands there: it may be a password.
  static std::string bad_hash(std::string_view hash) {
    if (hash.empty()) return "there is no hash after the ':'";
    if (hash.starts_with("$2"))
      return "this is no bcrypt hash that htpasswd writes: $2y$, a cost of 04 to 17, $ and 53 "
             "characters";
    return "this is no hash that htpasswd writes: accepted are bcrypt ($2y$, $2b$, $2a$), $6$, "
           "$5$, $apr1$, $1$, {SHA} and the 13 characters of crypt; a password in clear (htpasswd "
           "-p) "
           "cannot be checked on this system";
  }

  // httpd looks at nothing behind a second ':'; an option there would be lost.
  bool check_ignored(std::string_view rest) {
    for (const std::string_view key : {"label=", "from=", "until="})
      if (const std::size_t found = rest.find(key); found != std::string_view::npos)
        return fail(at(rest) + found, std::string(key) + " stands behind a second ':', where "
                                                         "nothing is looked at; write it after "
                                                         "the hash and a blank"),
               false;
    return true;
  }

  // Where a part of the line begins.
  [[nodiscard]] std::size_t at(std::string_view part) const noexcept {
    return static_cast<std::size_t>(part.data() - line_->text.data());
  }

  void fail(std::size_t at, std::string what) {
    Diagnostic error{line_->number, line_->offset + at + 1, std::move(what)};
    ++text_.error_count;
    if (!text_.end_failed && line_->text.find("until") != std::string_view::npos)
      text_.end_failed = error;
    if (text_.errors.size() < PasswordText::kMaxReported) text_.errors.push_back(std::move(error));
  }

  PasswordText text_;
  const TextLine* line_ = nullptr;
};

} // namespace

PasswordText parse_passwords(std::string_view text) {
  PasswordReader reader;
  LineWalk walk(text);
  while (const auto line = walk.next()) reader.read(*line);
  return reader.finish();
}

} // namespace polyauth
