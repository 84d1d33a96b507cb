// SPDX-License-Identifier: Apache-2.0
#include "core/acl_text.hpp"

#include "core/ascii.hpp"
#include "core/clean_text.hpp"
#include "core/text_lines.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace polyauth {

namespace {

constexpr std::string_view kAccepted =
    "accepted are a MAC (0004f2aabbcc, 00-04-f2-aa-bb-cc, 00:04:f2:aa:bb:cc, 0004.f2aa.bbcc), "
    "1 to 11 hex digits and * (64167f*), or * alone; ! directly before a MAC or prefix denies it";

// The entry that a word without '!' spells, or nothing.
std::optional<AclEntry> parse_entry(std::string_view word) {
  if (const auto mac = MacAddress::parse(word)) return AclEntry{mac->bits(), 12, false};
  if (word.empty() || word.back() != '*' || word.size() > 12) return std::nullopt;
  AclEntry entry;
  for (const char c : word.substr(0, word.size() - 1)) {
    if (!ascii::is_hex(c)) return std::nullopt;
    entry.prefix = entry.prefix << 4 | ascii::hex_value(c);
    ++entry.digits;
  }
  return entry;
}

} // namespace

class AclTextReader::Parser {
public:
  explicit Parser(AclLines lines) : keep_lines_(lines == AclLines::kKeep) {}

  // A line with its LF, if it has one.
  void read(std::string_view bytes) {
    const TextLine line = text_line(bytes, ++line_);
    read_line(line.text, line.offset);
  }

  AclText finish() {
    mentions_denial_ = false;
    line_ = 1;
    if (text_.error_count == 0 && text_.entries.empty())
      fail(0, "there is no entry; a list that admits nobody is taken for a mistake; " +
                  std::string(kAccepted));
    else if (text_.error_count == 0 && !admits_)
      fail(0, "there are only denials: the list admits nobody; write * to admit the rest");
    return std::move(text_);
  }

private:
  void read_line(std::string_view line, std::size_t offset) {
    const std::string_view whole = line;
    const std::size_t start = std::min(whole.find_first_not_of(" \t"), whole.size());
    in_denial_ = start < whole.size() && whole[start] == '!';
    mentions_denial_ = line.substr(0, line.find('#')).find('!') != std::string_view::npos;
    if (!is_plain(line)) {
      if (const auto bad = find_forbidden(line))
        return fail(offset + bad->at,
                    std::string(bad->what) + " is not allowed, not even in a comment");
      if (const std::size_t bad = utf8_error(line); bad != line.size())
        return fail(offset + bad, "the line is not valid UTF-8");
    }
    line = line.substr(start, line.find('#', start) - start);
    while (!line.empty() && ascii::is_blank(line.back())) line.remove_suffix(1);
    if (line.empty()) return;
    auto entry = parse_entry(in_denial_ ? line.substr(1) : line);
    if (!entry)
      return fail(offset + start, quoted(line) + " is no entry; " + std::string(kAccepted));
    if (in_denial_ && entry->digits == 0)
      return fail(offset + start, "\"!*\" denies every device; remove the entries instead");
    entry->denial = in_denial_;
    admits_ = admits_ || !entry->denial;
    text_.entries.push_back(*entry);
    if (keep_lines_) text_.lines.push_back(line_);
  }

  void fail(std::size_t column, std::string what) {
    ++text_.error_count;
    // Also where something unseen stands before the '!'.
    if (mentions_denial_ && !text_.denial_failed) {
      text_.denial_failed = true;
      text_.denial_error = {line_, column + 1, what};
    }
    if (text_.errors.size() < AclText::kMaxReported)
      text_.errors.push_back({line_, column + 1, std::move(what)});
  }

  AclText text_;
  std::size_t line_ = 0;
  bool keep_lines_;
  bool in_denial_ = false;
  bool mentions_denial_ = false;
  bool admits_ = false;
};

AclTextReader::AclTextReader(AclLines lines) : parser_(std::make_unique<Parser>(lines)) {}

AclTextReader::~AclTextReader() = default;

void AclTextReader::read(std::string_view piece) {
  for (std::size_t end = 0; (end = piece.find('\n')) != std::string_view::npos;) {
    const std::string_view line = piece.substr(0, end + 1);
    if (rest_.empty()) {
      parser_->read(line);
    } else {
      rest_ += line;
      parser_->read(rest_);
      rest_.clear();
    }
    piece.remove_prefix(end + 1);
  }
  rest_ += piece;
}

AclText AclTextReader::finish() {
  if (!rest_.empty()) parser_->read(rest_);
  return parser_->finish();
}

AclText parse_acl(std::string_view text, AclLines lines) {
  AclTextReader reader(lines);
  reader.read(text);
  return reader.finish();
}

} // namespace polyauth
