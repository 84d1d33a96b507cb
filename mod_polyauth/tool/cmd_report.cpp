// SPDX-License-Identifier: Apache-2.0
#include "tool/command.hpp"
#include "tool/report/audit.hpp"
#include "tool/report/log_file.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <memory>

namespace polyauth::tool {

namespace {

constexpr std::size_t kMaxTop = 100'000;
constexpr std::size_t kMinKept = 2'000; // texts of each kind, however few are shown
constexpr int kMaxFiles = 10'000;

struct Options {
  std::vector<std::string> files;
  std::string top = "10";
  bool json = false;
};

std::optional<std::size_t> parse_top(const std::string& text) {
  std::size_t top = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), top);
  if (fault != std::errc() || end != text.data() + text.size() || top == 0 || top > kMaxTop)
    return std::nullopt;
  return top;
}

// What the numbers leave open.
void give_hints(const Audit::Totals& totals, Console& console) {
  if (totals.faults != 0)
    console.hint("the LogFormat is " + std::string(kAccessLogFormat));
  else if (totals.governed() == 0)
    console.hint("no line is of a request that PolyAuth governs: write PolyAuth Audit in the "
                 "section");
  if (totals.refusals.would_deny != 0)
    console.hint("mod_ssl refuses some clients before PolyAuth sees them: count AH02039 and "
                 "AH02040 in the error log as well");
}

Exit run(const Options& options, Console& console) {
  const auto top = parse_top(options.top);
  if (!top) {
    console.error("--top: \"" + options.top + "\" is no number from 1 to " +
                  std::to_string(kMaxTop));
    console.hint("see polyauthctl report --help");
    return Exit::kUsage;
  }
  Audit audit(std::max(kMinKept, 2 * *top));
  for (const std::string& file : options.files) {
    const std::string name = file == "-" ? "standard input" : file;
    const auto read = read_log(file, kMaxAccessLogLine, [&](std::string_view line, std::size_t at) {
      audit.take(name, at, line);
    });
    if (!read) {
      console.error(name + ' ' + read.error());
      return Exit::kEnvironment;
    }
  }
  if (options.json)
    print_json(audit, *top, console);
  else
    print_text(audit, *top, console);
  const Audit::Totals& totals = audit.totals();
  give_hints(totals, console);
  if (totals.refusals.total() != 0) return Exit::kNo;
  if (totals.faults == 0) return Exit::kYes;
  console.error("nothing else is refused, but what cannot be understood may tell of more");
  return Exit::kEnvironment;
}

Action define(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("ACCESS_LOG", options->files,
                 "A log, plain or compressed by gzip; - for standard input.")
      ->required()
      ->expected(1, kMaxFiles)
      ->type_name("");
  app.add_option("--top", options->top,
                 "How many paths, devices and words of a directive are shown of each reason. "
                 "Default: 10")
      ->type_name("N");
  app.add_flag("--json", options->json, "Print one JSON object.");
  return [options](Console& console) { return run(*options, console); };
}

} // namespace

const Command kReport = {
    "",
    "report",
    "ACCESS_LOG... [--top N] [--json]",
    "What would PolyAuth On refuse, and which directive would change it?",
    "Reads access logs in the LogFormat of conf/examples/02-audit-first.conf. Prints for each "
    "reason how many requests \"PolyAuth On\" would refuse, and how many were refused; what it "
    "means and what to do; the directive or the lines of the ACL that would admit them, tried "
    "out by the rule book; and the paths and devices that were refused most. Exits 0 if "
    "nothing was or would be refused, 1 if something was.\n"
    "A proposal is no advice: it names what clients asked for, and only you know whether all "
    "phones may read it. None shares a name that holds a MAC address. It is tried out with the "
    "default settings and the path that was asked for, not with the file that it is mapped to.\n"
    "Logs may be of any size; they are read in pieces, and of paths and devices the rare ones "
    "are dropped if there are too many. Lines that cannot be understood are counted and the "
    "first are named; if they are all there is to tell, the exit status is 3.",
    "  polyauthctl report /var/log/apache2/phones_access.log\n"
    "  polyauthctl report /var/log/apache2/phones_access.log* --top 30 --json\n",
    define,
};

} // namespace polyauth::tool
