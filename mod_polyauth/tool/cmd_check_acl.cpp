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

// What was odd in its text is gone.
Exit check_compiled(const std::string& file, std::span<const std::byte> image, Console& console) {
  const auto view = AclView::open(image, AclView::Check::kWhole);
  if (!view) {
    console.print(file + ": invalid: " + view.error());
    return Exit::kNo;
  }
  console.print(file + ": valid, compiled");
  print_counts(view->counts(), console);
  return Exit::kYes;
}

Exit run(const std::string& file, Console& console) {
  const auto bytes = read_acl_bytes(file, console);
  if (!bytes) return Exit::kEnvironment;
  const auto image = std::as_bytes(std::span(bytes->data(), bytes->size()));
  if (is_acl_image(image)) return check_compiled(file, image, console);
  const AclText text = parse_acl(*bytes, AclLines::kKeep);
  if (text.error_count != 0) {
    print_errors(file, text.errors, text.error_count, console);
    return Exit::kNo;
  }
  AclCounts counts;
  (void)build_acl_image(text.entries, &counts);
  console.print(file + ": valid");
  print_counts(counts, console);
  print_lint(file, counts, lint_acl(text), console);
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
    "Reads a list as the server would. Prints every error as FILE:LINE:COLUMN with what is "
    "accepted there (the first 20, then how many more there are) and exits 1.\n"
    "Of a valid list it prints how many devices, ranges and denials it holds, which entries stand "
    "there twice, and which another one makes superfluous. These do no harm; the exit status is "
    "0. Of a compiled list it prints the numbers, or what is damaged.\n"
    "One entry a line: 0004f2aabbcc (a device), 64167f* (a range), * (every device), !0004f2aabb99 "
    "(denied, whatever else says). # begins a comment.",
    "  polyauthctl check acl phones.acl\n"
    "  polyauthctl check acl new.acl && mv new.acl phones.acl\n",
    define,
};

} // namespace polyauth::tool
