// SPDX-License-Identifier: Apache-2.0
#include "core/acl_text.hpp"
#include "io/acl_file.hpp"
#include "io/file.hpp"
#include "tool/acl_lint.hpp"
#include "tool/command.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>

namespace polyauth::tool {

namespace {

// The longest text: a few hundred million lines.
constexpr std::uint64_t kMaxTextBytes = std::uint64_t{8} << 30;

struct Options {
  std::string file;
  std::string out;
  [[nodiscard]] bool from_standard_input() const { return file == "-"; }
};

Result<bool> read_text(const Options& options, AclTextReader& reader) {
  const auto take = [&](std::string_view piece) { reader.read(piece); };
  return options.from_standard_input() ? read_pieces(STDIN_FILENO, kMaxTextBytes, take)
                                       : read_pieces(options.file, kMaxTextBytes, take);
}

Exit run(const Options& options, Console& console) {
  const auto replacement = Replacement::of(options.out);
  if (!replacement) {
    console.error(options.out + ' ' + replacement.error());
    return Exit::kEnvironment;
  }
  AclTextReader reader(AclLines::kKeep);
  if (const auto read = read_text(options, reader); !read) {
    console.error((options.from_standard_input() ? "standard input" : options.file) + ' ' +
                  read.error());
    return Exit::kEnvironment;
  }
  const AclText text = reader.finish();
  if (text.error_count != 0) {
    print_errors(options.file, text.errors, text.error_count, console);
    return Exit::kNo;
  }
  AclCounts counts;
  const std::vector<std::byte> image = build_acl_image(text.entries, &counts);
  if (image.size() > kMaxCompiledAclBytes) {
    console.error(
        "the compiled list would be larger than a server accepts: " + std::to_string(image.size()) +
        " of at most " + std::to_string(kMaxCompiledAclBytes) + " bytes");
    return Exit::kEnvironment;
  }
  if (const auto written = replace_file(replacement->path, image, replacement->rights); !written) {
    console.error(options.out + ' ' + written.error());
    return Exit::kEnvironment;
  }
  console.print(options.out + ": compiled, " + std::to_string(image.size()) + " bytes");
  print_counts(counts, console);
  const bool clean = counts.duplicates + counts.superfluous == 0;
  print_lint(options.file, counts, clean ? AclLint{} : lint_acl(text), console);
  return Exit::kYes;
}

Action define(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("FILE", options->file, "The text list; - for standard input.")->required();
  app.add_option("-o,--out", options->out, "The compiled list to write.")
      ->required()
      ->type_name("OUT");
  return [options](Console& console) { return run(*options, console); };
}

} // namespace

const Command kAclCompile = {
    "acl",
    "compile",
    "FILE|- -o OUT",
    "Make a compiled list of a text, for PolyAuthAclFile.",
    "A compiled list decides as its text does, takes some 4.4 bytes a device instead of 13, and is "
    "loaded in a fraction of the time: for lists of more than some 100,000 devices.\n"
    "OUT is replaced at once or not at all, and keeps its mode and owner; a new one has mode 0644. "
    "If the text has an error or no entry, OUT stays as it was, every error is printed as "
    "FILE:LINE:COLUMN (the first 20, then how many more there are), and the exit status is 1.\n"
    "Prints the numbers of devices, ranges and denials, and of entries that stand there twice or "
    "that another one makes superfluous, with the first 20 of each.\n"
    "Of a pipe nobody can tell whether its writer came to its end: write the output of a program "
    "that can fail half-way to a file first, as acl-from-postgresql does.",
    "  polyauthctl acl compile phones.acl -o phones.list\n"
    "  polyauthctl acl compile - -o phones.list <phones.acl\n",
    define,
};

} // namespace polyauth::tool
