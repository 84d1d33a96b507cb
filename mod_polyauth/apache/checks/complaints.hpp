// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/checks/config_tree.hpp"
#include "apache/config.hpp"
#include "apache/httpd.hpp"

#include <set>
#include <string>

namespace polyauth::apache {

// What the start-up checks have to say, each once, and what follows from it.
class Complaints {
public:
  Complaints(Globals& globals, server_rec* main_server, bool restart)
      : globals_(globals), main_(main_server), restart_(restart) {}

  // `id` is one of messages.hpp; `line` is what should be changed.
  void warn(const char* id, const ConfigLine& line, const std::string& text);

  // An error. At a restart the governed sections of the virtual host (nullptr: of the
  // main server) are made to refuse everything instead.
  void fail(const char* id, const ConfigLine& line, const ap_directive_t* host,
            const std::string& text);

  // Whether there was no error.
  [[nodiscard]] bool sound() const noexcept { return sound_; }

private:
  void refuse(const ap_directive_t* host);

  Globals& globals_;
  server_rec* main_;
  bool restart_;
  std::set<std::string> said_; // the same line may be reached from several virtual hosts
  bool sound_ = true;
};

} // namespace polyauth::apache
