// SPDX-License-Identifier: Apache-2.0
#include "apache/checks/hosts.hpp"

#include <algorithm>
#include <iterator>

namespace polyauth::apache {

namespace {

template <typename Has>
std::vector<Hosts::Host> those(const std::set<Hosts::Host>& virtual_hosts, Has&& has) {
  std::vector<Hosts::Host> found;
  std::copy_if(virtual_hosts.begin(), virtual_hosts.end(), std::back_inserter(found), has);
  if (has(nullptr)) found.push_back(nullptr);
  return found;
}

} // namespace

Hosts::Hosts(const std::vector<ConfigLine>& lines) : lines_(lines) {
  for (const ConfigLine& line : lines)
    if (line.host != nullptr) virtual_hosts_.insert(line.host);
}

const ConfigLine* Hosts::server_wide(std::string_view directive, Host host) const {
  const ConfigLine* found = nullptr;
  for (const ConfigLine& line : lines_)
    if (line.is(directive) && line.sections.empty() && reaches(line, host) &&
        (found == nullptr || found->host == nullptr || line.host != nullptr))
      found = &line;
  return found;
}

bool Hosts::has_tls(Host host) const {
  const ConfigLine* const engine = server_wide("SSLEngine", host);
  return engine != nullptr && !engine->has_word("off");
}

bool Hosts::has_balancer(Host host) const {
  return server_wide("PolyAuthTrustedProxy", host) != nullptr &&
         server_wide("PolyAuthClientCertHeader", host) != nullptr;
}

std::vector<Hosts::Host> Hosts::with_tls() const {
  return those(virtual_hosts_, [this](Host host) { return has_tls(host); });
}

std::vector<Hosts::Host> Hosts::with_balancer() const {
  return those(virtual_hosts_, [this](Host host) { return has_balancer(host); });
}

} // namespace polyauth::apache
