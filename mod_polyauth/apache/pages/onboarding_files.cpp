// SPDX-License-Identifier: Apache-2.0
#include "apache/pages/onboarding_files.hpp"

#include "apache/checks/xml_check.hpp"
#include "apache/files/file_report.hpp"
#include "apache/messages.hpp"
#include "core/ascii.hpp"
#include "core/clean_text.hpp"
#include "core/password_text.hpp"
#include "io/file.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <sys/stat.h>

extern "C" {
#include "apr_md5.h"
}

namespace polyauth::apache {

namespace {

constexpr std::uint64_t kMaxTemplateBytes = 256U << 10;
constexpr std::uint64_t kMaxCommonPasswordBytes = 4096;

// Reads as the parent may; nothing, and says why, if it cannot be.
std::optional<std::string> read(const NamedFile& file, std::uint64_t limit, server_rec* s,
                                int level) {
  auto contents = read_file(file.path, limit);
  if (contents) return std::move(contents->bytes);
  report_unusable(s, level, file, contents.error() + "; a readable file is needed");
  return std::nullopt;
}

bool read_template(TemplateFile& file, server_rec* s, int level) {
  file.text.reset();
  const auto bytes = read(file, kMaxTemplateBytes, s, level);
  if (!bytes) return false;
  // First whether the file is XML: a brace in the wrong place is less of a mistake.
  if (const auto error = xml_error(*bytes)) {
    report_errors(s, level, file, {*error}, 1);
    return false;
  }
  auto parsed = OnboardingTemplate::parse(*bytes);
  if (const auto* const error = std::get_if<Diagnostic>(&parsed)) {
    report_errors(s, level, file, {*error}, 1);
    return false;
  }
  file.text = std::get<OnboardingTemplate>(std::move(parsed));
  return true;
}

bool is_readable_by_others(const char* path) {
  struct stat found {};
  return ::stat(path, &found) == 0 && (found.st_mode & 0077U) != 0;
}

// "user:password" and nothing else; the error holds no part of it.
std::variant<CommonPassword, Diagnostic> parse_account(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  const auto fault_at = [&](std::size_t at, const char* what) -> Diagnostic {
    return {static_cast<std::size_t>(
                std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n')) +
                1,
            at - (text.substr(0, at).rfind('\n') + 1) + 1, what};
  };
  for (std::size_t i = 0; i < text.size(); ++i)
    if (ascii::is_control(text[i]))
      return fault_at(i, text[i] == '\n' || text[i] == '\r'
                             ? "there is more than one line; one is accepted, user:password"
                             : "a control character is not accepted");
  if (const std::size_t bad = utf8_error(text); bad < text.size())
    return fault_at(bad, "the line is not valid UTF-8");
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size())
    return fault_at(0, "one line is needed, user:password, both in clear");
  return CommonPassword{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

// What the server would do with it: whether any file of passwords opens. Without a file
// there is nobody to ask.
bool opens_somewhere(const Globals& globals, const CommonPassword& account) {
  bool opens = globals.passwords.empty();
  CompileContext context;
  context.now = apr_time_sec(apr_time_now());
  for (const PasswordFile* const file : globals.passwords) {
    const auto contents = read_file(file->path, file->format->size_limit);
    if (!contents) continue; // said elsewhere
    const Compilation compiled = file->format->compile(contents->bytes, context);
    if (compiled.error_count > 0) continue;
    const auto view = PublishedPasswords::open_published(compiled.image);
    opens =
        opens || (view && view->check(account.user, account.password, context.now,
                                      [](const char* password, const char* hash) {
                                        return apr_password_validate(password, hash) == APR_SUCCESS;
                                      }));
  }
  return opens;
}

bool read_common_password(CommonPasswordFile& file, const Globals& globals, server_rec* s,
                          int level) {
  file.account.reset();
  if (is_readable_by_others(file.path)) {
    report_unusable(s, level, file,
                    "group or others have rights on it, and it holds a password in clear; write "
                    "chmod 600");
    return false;
  }
  auto bytes = read(file, kMaxCommonPasswordBytes, s, level);
  if (!bytes) return false;
  auto parsed = parse_account(*bytes);
  OPENSSL_cleanse(bytes->data(), bytes->size());
  if (const auto* const error = std::get_if<Diagnostic>(&parsed)) {
    report_errors(s, level, file, {*error}, 1);
    return false;
  }
  auto& account = std::get<CommonPassword>(parsed);
  if (!opens_somewhere(globals, account)) {
    ap_log_error(APLOG_MARK, level, 0, s,
                 PA1035 "%s %s: its password opens no line of PolyAuthPasswordFile at this "
                        "moment, so that phones would be told one that is refused; write the one "
                        "that is in force",
                 file.directive, file.path);
    return false;
  }
  file.account = std::move(account);
  return true;
}

} // namespace

const TemplateFile* OnboardingTemplates::find(std::string_view name,
                                              const MacAddress& device) const {
  const auto found = std::find_if(list.begin(), list.end(), [&](const Row& row) {
    return row.name.matches(name, NameMask(), device);
  });
  return found != list.end() ? found->file : nullptr;
}

bool read_onboarding_files(Globals& globals, server_rec* s, bool restart) {
  const int level = restart ? APLOG_CRIT : APLOG_EMERG;
  bool good = true;
  for (TemplateFile* const file : globals.templates) good = read_template(*file, s, level) && good;
  for (CommonPasswordFile* const file : globals.common_passwords)
    good = read_common_password(*file, globals, s, level) && good;
  return good;
}

} // namespace polyauth::apache
