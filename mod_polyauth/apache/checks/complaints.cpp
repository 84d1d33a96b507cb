// SPDX-License-Identifier: Apache-2.0
#include "apache/checks/complaints.hpp"

#include <cstring>

namespace polyauth::apache {

void Complaints::warn(const char* id, const ConfigLine& line, const std::string& text) {
  if (!said_.insert(id + line.where()).second) return;
  ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_, "%s%s: %s", id, line.where().c_str(),
               text.c_str());
}

void Complaints::fail(const char* id, const ConfigLine& line, const ap_directive_t* host,
                      const std::string& text) {
  sound_ = false;
  if (restart_) refuse(host);
  if (!said_.insert(id + line.where()).second) return;
  ap_log_error(
      APLOG_MARK, restart_ ? APLOG_CRIT : APLOG_EMERG, 0, main_, "%s%s: %s%s", id,
      line.where().c_str(), text.c_str(),
      restart_ ? "; until then every governed section of the virtual host refuses everything" : "");
}

void Complaints::refuse(const ap_directive_t* host) {
  for (const server_rec* s = main_; s != nullptr; s = s->next) {
    const bool is_host = host == nullptr
                             ? s == main_
                             : s->defn_name != nullptr &&
                                   s->defn_line_number == static_cast<unsigned>(host->line_num) &&
                                   std::strcmp(s->defn_name, host->filename) == 0;
    if (is_host) globals_.refused_hosts.push_back(s);
  }
}

} // namespace polyauth::apache
