// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apache/checks/config_tree.hpp"

#include <set>
#include <string_view>
#include <vector>

namespace polyauth::apache {

// The virtual hosts of a configuration, and how the lines that stand for each let phones
// present a certificate there. nullptr is the main server, which answers where no virtual
// host does. Refers to the lines.
class Hosts {
public:
  using Host = const ap_directive_t*;

  explicit Hosts(const std::vector<ConfigLine>& lines);

  [[nodiscard]] const std::set<Host>& virtual_hosts() const noexcept { return virtual_hosts_; }

  // The last word on a directive that stands outside all sections: the host's own, else the
  // global one; nullptr if there is none.
  [[nodiscard]] const ConfigLine* server_wide(std::string_view directive, Host host) const;

  [[nodiscard]] bool has_tls(Host host) const;
  // TLS ends elsewhere, and PolyAuthTrustedProxy and PolyAuthClientCertHeader say where and how.
  [[nodiscard]] bool has_balancer(Host host) const;

  [[nodiscard]] std::vector<Host> with_tls() const;
  [[nodiscard]] std::vector<Host> with_balancer() const;

private:
  const std::vector<ConfigLine>& lines_;
  std::set<Host> virtual_hosts_;
};

} // namespace polyauth::apache
