// SPDX-License-Identifier: Apache-2.0
#include "apache/files/file_report.hpp"

#include "apache/messages.hpp"

namespace polyauth::apache {

namespace {

std::string place(const NamedFile& file, const Diagnostic& error) {
  return std::string(file.path) + ':' + std::to_string(error.line) + ':' +
         std::to_string(error.column) + ": " + error.text;
}

std::string utc(std::int64_t seconds) {
  char text[APR_RFC822_DATE_LEN + 8];
  apr_time_exp_t time;
  apr_size_t length = 0;
  apr_time_exp_gmt(&time, apr_time_from_sec(seconds));
  apr_strftime(text, &length, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &time);
  return {text, length};
}

// The first error that matters, and how many there are besides.
std::string summary_of(const FollowedFile& file, const Refresh& refresh) {
  std::string what = refresh.errors.empty()
                         ? std::string(file.path) + ": " + refresh.problem
                         : place(file, refresh.grave ? *refresh.grave : refresh.errors.front());
  if (refresh.error_count > 1)
    what += "; and " + std::to_string(refresh.error_count - 1) +
            (refresh.error_count > 2 ? " more errors" : " more error");
  return what;
}

// What it means that nothing is in force.
const char* loss_of(const FollowedFile& file) noexcept {
  return file.format->kind == FileKind::kPasswords ? "none of its passwords opens"
                                                   : "every device is refused";
}

// What a bad version of the file leaves as it was.
const char* grave_of(const FollowedFile& file) noexcept {
  switch (file.format->kind) {
  case FileKind::kRevocation: return "revocations are";
  case FileKind::kPasswords: return "an end of a password is";
  case FileKind::kAcl:
  case FileKind::kTrust: break;
  }
  return "a denial is";
}

unsigned long number(std::uint64_t generation) { return static_cast<unsigned long>(generation); }

} // namespace

void report_unusable(server_rec* s, int level, const NamedFile& file, const std::string& problem) {
  ap_log_error(APLOG_MARK, level, 0, s, PA1002 "%s %s: %s", file.directive, file.path,
               problem.c_str());
}

void report_errors(server_rec* s, int level, const NamedFile& file,
                   const std::vector<Diagnostic>& errors, std::size_t error_count) {
  for (const Diagnostic& error : errors)
    ap_log_error(APLOG_MARK, level, 0, s, PA1001 "%s %s", file.directive,
                 place(file, error).c_str());
  if (error_count > errors.size())
    ap_log_error(APLOG_MARK, level, 0, s, PA1001 "%s %s: and %lu more errors", file.directive,
                 file.path, static_cast<unsigned long>(error_count - errors.size()));
}

void report_warnings(server_rec* s, const FollowedFile& file,
                     const std::vector<Diagnostic>& warnings) {
  for (const Diagnostic& warning : warnings)
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s, PA2006 "%s %s", file.directive,
                 place(file, warning).c_str());
}

void report_nothing_in_force(server_rec* s, const FollowedFile& file) {
  ap_log_error(APLOG_MARK, APLOG_CRIT, 0, s, PA2004 "%s: no version of it is in force, %s",
               file.path, loss_of(file));
}

void report_refresh(server_rec* s, const FollowedFile& file, const Refresh& refresh) {
  if (refresh.outcome == Refresh::Outcome::kUnchanged) return;
  if (refresh.outcome == Refresh::Outcome::kAdopted) {
    ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, s, PA2001 "loaded \"%s\" %s generation=%lu",
                 file.path, refresh.summary.c_str(), number(refresh.generation));
    report_warnings(s, file, refresh.warnings);
    return;
  }
  const std::string what = summary_of(file, refresh);
  if (refresh.generation == 0)
    ap_log_error(APLOG_MARK, APLOG_CRIT, 0, s, PA2004 "%s; no version of it is in force, %s",
                 what.c_str(), loss_of(file));
  else if (refresh.grave)
    ap_log_error(APLOG_MARK, APLOG_CRIT, 0, s,
                 PA2003 "%s; %s NOT in force; keeping generation=%lu loaded at %s", what.c_str(),
                 grave_of(file), number(refresh.generation), utc(refresh.adopted_at).c_str());
  else
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, s, PA2002 "%s; keeping generation=%lu loaded at %s",
                 what.c_str(), number(refresh.generation), utc(refresh.adopted_at).c_str());
}

void report_lost(server_rec* s, const FollowedFile& file, PublicationSlot& slot) {
  const std::uint64_t generation = slot.in_force();
  if (generation == 0 || slot.lost.exchange(generation) == generation) return;
  ap_log_error(APLOG_MARK, APLOG_CRIT, 0, s,
               PA2005
               "the version in force of \"%s\", generation=%lu, cannot be read in the folder of "
               "the server; processes that need it refuse every device; restart gracefully",
               file.path, number(generation));
}

void report_overdue(server_rec* s, const FollowedFile& file, PublicationSlot& slot,
                    std::uint64_t generation, std::int64_t due) {
  if (slot.overdue.exchange(generation) == generation) return;
  ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
               PA2007
               "a CRL of \"%s\", generation=%lu, was due to be replaced by %s; it still applies, "
               "but nothing that was revoked since is refused; fetch the next one",
               file.path, number(generation), utc(due).c_str());
}

} // namespace polyauth::apache
