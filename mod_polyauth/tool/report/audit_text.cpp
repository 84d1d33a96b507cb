// SPDX-License-Identifier: Apache-2.0
#include "core/reason_help.hpp"
#include "tool/report/audit.hpp"
#include "tool/wrapped_text.hpp"

#include <algorithm>

namespace polyauth::tool {

namespace {

constexpr std::size_t kCountColumn = 9;

std::string counts_text(const Refusals& refusals) {
  std::string text;
  if (refusals.would_deny != 0) text = std::to_string(refusals.would_deny) + " would be refused";
  if (refusals.denied != 0)
    text += (text.empty() ? "" : ", ") + counted(refusals.denied, "was refused", "were refused");
  return text;
}

void print_row(std::uint64_t count, std::string_view text, Console& console) {
  std::string line = std::to_string(count);
  line.insert(0, line.size() < kCountColumn ? kCountColumn - line.size() : 0, ' ');
  console.print(line + "  " + std::string(text));
}

// The rows of the texts that occurred most, and what is left.
void print_table(const Tally& tally, std::string_view heading, std::size_t top, Console& console) {
  console.print(" requests  " + std::string(heading));
  std::uint64_t rest = tally.all().total();
  for (const Tally::Row& row : tally.top(top)) {
    print_row(row.refusals.total(), row.key, console);
    rest -= row.refusals.total();
  }
  if (rest == 0) return;
  std::string text = "others";
  if (tally.forgotten() != 0)
    text += "; " + std::to_string(tally.forgotten()) +
            " of them rare ones that were dropped to save memory, and may be lacking above";
  print_row(rest, text, console);
}

// What a proposal is good for: the questions behind it may still refuse.
std::string_view promise_of(Remedy remedy) noexcept {
  switch (remedy) {
  case Remedy::kShared:
  case Remedy::kUploads: return "would be admitted by, beside what is listed there already";
  case Remedy::kMatch: return "would be admitted by";
  case Remedy::kAcl: return "would pass the ACL with these lines in it";
  case Remedy::kExpired:
    return "would pass, of devices that the ACL names in full, with a trust file and";
  }
  return "";
}

void print_remedy(Remedy remedy, const Tally& words, std::size_t top, Console& console) {
  std::vector<std::string> most;
  for (Tally::Row& row : words.top(top)) most.push_back(std::move(row.key));
  if (most.empty()) return;
  const std::string requests = counted(words.all().total(), "request", "requests");
  console.print_text(indented(requests + ' ' + std::string(promise_of(remedy)) + ':', 2));
  if (remedy == Remedy::kAcl)
    for (const std::string& word : most) console.print("    " + word);
  else
    console.print("    " + directive_line(remedy, most));
  if (words.size() > most.size() || words.forgotten() != 0)
    console.print("    (" + (words.forgotten() != 0 ? "more than " : std::string()) +
                  std::to_string(words.size() - most.size()) + " more: see --top)");
}

void print_part(const Audit::Part& part, std::size_t top, Console& console) {
  const ReasonAudit& audit = *part.audit;
  const ReasonHelp help = reason_help(part.reason);
  console.print("");
  console.print(std::string(slug(part.reason)) + ": " + counts_text(audit.paths.all()));
  console.print_text(indented(help.meaning, 2) + indented(help.action, 2));
  for (const Remedy remedy : kRemedies)
    print_remedy(remedy, audit.remedies[static_cast<std::size_t>(remedy)], top, console);
  print_table(audit.paths, "method and path", top, console);
  print_table(audit.devices, "device, or client where none is known", top, console);
}

void print_faults(const Audit& audit, Console& console) {
  if (audit.totals().faults == 0) return;
  console.print("");
  console.print(counted(audit.totals().faults, "line", "lines") + " cannot be understood:");
  for (const Audit::Fault& fault : audit.faults())
    console.print("  " + fault.file + ':' + std::to_string(fault.what.line) + ':' +
                  std::to_string(fault.what.column) + ": " + fault.what.text);
  print_rest(audit.totals().faults, audit.faults().size(), "lines", console);
}

} // namespace

void print_text(const Audit& audit, std::size_t top, Console& console) {
  const Audit::Totals& totals = audit.totals();
  console.print(counted(totals.requests, "request", "requests") + ", " +
                std::to_string(totals.governed()) +
                " governed by PolyAuth: " + std::to_string(totals.granted) + " granted, " +
                std::to_string(totals.refusals.would_deny) + " that PolyAuth On would refuse, " +
                std::to_string(totals.refusals.denied) + " refused");
  for (const Audit::Part& part : audit.parts()) print_part(part, top, console);
  print_faults(audit, console);
}

} // namespace polyauth::tool
