// SPDX-License-Identifier: Apache-2.0
#include "apache/pages/status_view.hpp"

namespace polyauth::apache {

namespace {

// The value of a label, between double quotes.
std::string label(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out + '"';
}

std::string family(const std::string& name, const char* type, const char* help) {
  return "# HELP " + name + ' ' + help + "\n# TYPE " + name + ' ' + type + '\n';
}

// One family with a row for each file that `value` has a number for.
template <typename Value>
std::string files_family(const StatusView& view, const std::string& name, const char* help,
                         Value&& value) {
  std::string text = family(name, "gauge", help);
  for (const FileStatus& file : view.files)
    if (const std::optional<std::uint64_t> number = value(file))
      text += name + "{kind=" + label(kind_text(file.kind)) + ",path=" + label(visible(file.path)) +
              "} " + std::to_string(*number) + '\n';
  return text;
}

std::string requests_family(const RequestCounters& requests) {
  const std::string name = "polyauth_requests_total";
  std::string text = family(name, "counter", "Requests of clients, by decision and reason.");
  for (std::size_t i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    for (const Outcome outcome : {Outcome::kGranted, Outcome::kRefused, Outcome::kWouldDeny})
      // Those that never are would be noise; those that may be begin with 0.
      if (is_granted(reason) == (outcome == Outcome::kGranted))
        text += name + "{decision=" + label(outcome_text(outcome)) +
                ",reason=" + label(slug(reason)) + "} " +
                std::to_string(requests.total(reason, outcome)) + '\n';
  }
  return text;
}

} // namespace

std::string status_prometheus(const StatusView& view) {
  std::string text = family("polyauth_build_info", "gauge", "Version of the module.") +
                     "polyauth_build_info{version=" + label(view.version) + "} 1\n";
  text += family("polyauth_counting_since_timestamp_seconds", "gauge", "When counting began.") +
          "polyauth_counting_since_timestamp_seconds " + std::to_string(view.board->since()) + '\n';
  text += requests_family(view.board->requests);
  text +=
      files_family(view, "polyauth_file_generation", "Version of the file in force; 0 if none is.",
                   [](const FileStatus& file) { return std::optional(file.generation); });
  text += files_family(view, "polyauth_file_adopted_timestamp_seconds",
                       "When the version in force was adopted.", [](const FileStatus& file) {
                         return file.generation != 0
                                    ? std::optional(static_cast<std::uint64_t>(file.adopted))
                                    : std::nullopt;
                       });
  text += files_family(view, "polyauth_file_refused",
                       "1 if a newer version of the file was refused, or the only one.",
                       [](const FileStatus& file) {
                         return std::optional(std::uint64_t{file.problem.empty() ? 0U : 1U});
                       });
  return text;
}

} // namespace polyauth::apache
