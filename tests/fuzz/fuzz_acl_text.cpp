// SPDX-License-Identifier: Apache-2.0
// A text is good or every error has its place; a good one decides as a walk
// through its entries does, and printed and read again it is the same.
#include "core/acl_text.hpp"
#include "fuzz/property.hpp"

#include <algorithm>
#include <string>

using namespace polyauth;
using fuzz::require;

namespace {

bool covers(const AclEntry& entry, const MacAddress& device) {
  return entry.digits == 0 || device.bits() >> (4 * (12 - entry.digits)) == entry.prefix;
}

AclAnswer walk(const std::vector<AclEntry>& entries, const MacAddress& device) {
  AclAnswer answer = AclAnswer::kUnlisted;
  for (const AclEntry& entry : entries) {
    if (!covers(entry, device)) continue;
    if (entry.denial) return AclAnswer::kDenied;
    if (entry.digits == 12)
      answer = AclAnswer::kAdmittedByName;
    else if (answer == AclAnswer::kUnlisted)
      answer = AclAnswer::kAdmitted;
  }
  return answer;
}

void check_errors(const AclText& parsed, std::string_view text) {
  require(parsed.errors.size() == std::min(parsed.error_count, AclText::kMaxReported),
          "every error is counted and twenty are kept");
  std::size_t last = 0;
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  for (const Diagnostic& error : parsed.errors) {
    require(error.line >= 1 && error.line <= lines && error.line > last, "an error has its line");
    require(error.column >= 1 && error.column <= text.size() + 1, "an error has its column");
    require(!error.text.empty() && std::all_of(error.text.begin(), error.text.end(),
                                               [](char c) { return c >= 0x20 && c < 0x7f; }),
            "an error can be printed");
    last = error.line;
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  AclText parsed = parse_acl(text, AclLines::kKeep);
  check_errors(parsed, text);
  require(parsed.lines.size() == parsed.entries.size(), "every entry has its line");
  require(std::is_sorted(parsed.lines.begin(), parsed.lines.end()), "entries come in order");
  if (!parsed.errors.empty()) return 0;

  std::string printed;
  for (const AclEntry& entry : parsed.entries) printed += entry.to_string() + '\n';
  const AclText again = parse_acl(printed);
  require(again.errors.empty() && again.entries == parsed.entries,
          "printing and reading is identity");

  const std::vector<AclEntry> entries = parsed.entries;
  AclCounts counts;
  const auto image = build_acl_image(parsed.entries, &counts);
  require(counts.devices + counts.ranges + counts.denials + counts.duplicates == entries.size(),
          "every entry is counted once");
  const auto view = AclView::open(image, AclView::Check::kWhole);
  require(static_cast<bool>(view), "what we build we can open");
  for (std::size_t i = 0; i < std::min<std::size_t>(entries.size(), 64); ++i) {
    const std::uint64_t first =
        entries[i].digits == 0 ? 0 : entries[i].prefix << (4 * (12 - entries[i].digits));
    for (const std::uint64_t bits : {first, first + 1, first - 1, first ^ 0x800000000000U}) {
      const MacAddress device(bits);
      const AclRuling ruling = view->consult(device);
      require(ruling.answer == walk(entries, device), "the image decides as its entries do");
      if (ruling.answer != AclAnswer::kUnlisted)
        require(std::find(entries.begin(), entries.end(), ruling.entry) != entries.end(),
                "the entry that decides stands in the list");
    }
  }
  return 0;
}
