// SPDX-License-Identifier: Apache-2.0
#include "core/acl_text.hpp"
#include "tool/acl_lint.hpp"
#include "tool/acl_list.hpp"
#include "tool/command.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <span>

namespace polyauth::tool {

namespace {

constexpr std::size_t kMaxNamed = 20;

std::string at(const std::string& file, std::size_t line) {
  return file + ':' + std::to_string(line) + ": ";
}

void print_rest(std::size_t count, std::size_t shown, const std::string& what, Console& console) {
  if (count > shown) console.print("  and " + std::to_string(count - shown) + " more " + what);
}

Exit report_errors(const std::string& file, const AclText& text, Console& console) {
  for (const Diagnostic& error : text.errors)
    console.print(file + ':' + std::to_string(error.line) + ':' + std::to_string(error.column) +
                  ": " + error.text);
  print_rest(text.error_count, text.errors.size(), "errors", console);
  console.print(file + ": invalid: " + counted(text.error_count, "error", "errors"));
  return Exit::kNo;
}

void report_counts(const std::string& file, const AclCounts& counts, const AclLint& lint,
                   Console& console) {
  console.print(file + ": valid");
  console.print("devices: " + std::to_string(counts.devices));
  console.print("ranges: " + std::to_string(counts.ranges));
  console.print("denials: " + std::to_string(counts.denials));
  console.print("duplicates: " + std::to_string(counts.duplicates));
  for (const AclRemark& remark :
       std::span(lint.duplicates).first(std::min(lint.duplicates.size(), kMaxNamed)))
    console.print("  " + at(file, remark.line) + remark.entry.to_string() + " stands on line " +
                  std::to_string(remark.cause_line) + " already");
  print_rest(lint.duplicates.size(), kMaxNamed, "duplicates", console);
  console.print("superfluous: " + std::to_string(counts.superfluous));
  for (const AclRemark& remark :
       std::span(lint.superfluous).first(std::min(lint.superfluous.size(), kMaxNamed)))
    console.print(
        "  " + at(file, remark.line) + remark.entry.to_string() +
        (remark.cause.denial && !remark.entry.denial ? " is denied by " : " is covered by ") +
        remark.cause.to_string() + " on line " + std::to_string(remark.cause_line));
  print_rest(lint.superfluous.size(), kMaxNamed, "superfluous entries", console);
}

Exit run(const std::string& file, Console& console) {
  const auto bytes = read_acl_bytes(file, console);
  if (!bytes) return Exit::kEnvironment;
  if (is_acl_image(std::as_bytes(std::span(bytes->data(), bytes->size())))) {
    console.print(file + ": invalid: a compiled list; a text list is expected here");
    return Exit::kNo;
  }
  AclText text = parse_acl(*bytes, AclLines::kKeep);
  if (text.error_count != 0) return report_errors(file, text, console);
  const AclLint lint = lint_acl(text);
  AclCounts counts;
  (void)build_acl_image(text.entries, &counts);
  report_counts(file, counts, lint, console);
  return Exit::kYes;
}

Action define(CLI::App& app) {
  const auto file = std::make_shared<std::string>();
  app.add_option("FILE", *file, "The list, as PolyAuthAclFile names it.")->required();
  return [file](Console& console) { return run(*file, console); };
}

} // namespace

const Command kCheckAcl = {
    "check",
    "acl",
    "FILE",
    "Is a list of devices valid, and what is odd in it?",
    "Reads a text list as the server would. Prints every error as FILE:LINE:COLUMN with what is "
    "accepted there (the first 20, then how many more there are) and exits 1.\n"
    "Of a valid list it prints how many devices, ranges and denials it holds, which entries stand "
    "there twice, and which another one makes superfluous. These do no harm; the exit status is "
    "0.\n"
    "One entry a line: 0004f2aabbcc (a device), 64167f* (a range), * (every device), !0004f2aabb99 "
    "(denied, whatever else says). # begins a comment.",
    "  polyauthctl check acl phones.acl\n"
    "  polyauthctl check acl new.acl && mv new.acl phones.acl\n",
    define,
};

} // namespace polyauth::tool
