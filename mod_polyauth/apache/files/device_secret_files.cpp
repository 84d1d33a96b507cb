// SPDX-License-Identifier: Apache-2.0
#include "apache/files/device_secret_files.hpp"

#include "apache/files/file_report.hpp"
#include "apache/files/live_files.hpp"
#include "io/file.hpp"

#include <openssl/crypto.h>

#include <string>
#include <sys/stat.h>

namespace polyauth::apache {

namespace {

// Who may do what with a file, or nothing if nobody but its owner may.
std::string complaint_about_rights(const char* path) {
  struct stat found {};
  if (::stat(path, &found) != 0) return {}; // whoever reads it says why
  const unsigned others = found.st_mode & 0077U;
  if (others == 0) return {};
  char mode[8];
  apr_snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(found.st_mode & 07777U));
  return "group or others have rights on it (mode " + std::string(mode) +
         "), and whoever reads it knows every device's password; write chmod 600";
}

std::optional<DeviceSecrets> read(const DeviceSecretFile& file, server_rec* s, int level) {
  if (const std::string complaint = complaint_about_rights(file.path); !complaint.empty()) {
    report_unusable(s, level, file, complaint);
    return std::nullopt;
  }
  auto contents = read_file(file.path, kMaxDeviceSecretFileBytes);
  if (!contents) {
    report_unusable(s, level, file, contents.error() + "; a readable file is needed");
    return std::nullopt;
  }
  DeviceSecrets::Parsed parsed = DeviceSecrets::parse(contents->bytes);
  OPENSSL_cleanse(contents->bytes.data(), contents->bytes.size());
  report_errors(s, level, file, parsed.errors, parsed.error_count);
  return std::move(parsed.secrets);
}

} // namespace

bool check_device_secret_files(const Globals& globals, server_rec* s) {
  bool good = true;
  for (const DeviceSecretFile* const file : globals.device_secrets)
    good = read(*file, s, APLOG_EMERG).has_value() && good;
  return good;
}

bool load_device_secret_files(Globals& globals, apr_pool_t* pconf, server_rec* s) {
  const bool restart = is_restart();
  for (DeviceSecretFile* const file : globals.device_secrets) {
    auto secrets = read(*file, s, restart ? APLOG_CRIT : APLOG_EMERG);
    if (secrets)
      file->secrets = make_on_pool<DeviceSecrets>(pconf, std::move(*secrets));
    else if (!restart)
      return false;
    else
      report_unusable(s, APLOG_CRIT, *file, "no password derived from it opens");
  }
  return true;
}

} // namespace polyauth::apache
