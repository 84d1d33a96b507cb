// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/access_log_line.hpp"
#include "core/result.hpp"
#include "tool/console.hpp"
#include "tool/report/proposal.hpp"
#include "tool/report/tally.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// What access logs tell of the decisions of PolyAuth, added up in bounded memory.
namespace polyauth::tool {

// All that was, or would be, refused for one reason.
struct ReasonAudit {
  explicit ReasonAudit(std::size_t keep);

  Tally paths;                 // "GET /{mac}-x.cfg": the device's own MAC reads {mac}
  Tally devices;               // or the client's address, where no device is known
  std::vector<Tally> remedies; // by Remedy: the words of the proposals
};

class Audit {
public:
  static constexpr std::size_t kMaxFaults = 5; // that are kept

  // `keep`: how many texts of each kind are counted one by one, at least.
  explicit Audit(std::size_t keep) : keep_(keep) {}

  // Takes a line of an access log.
  void take(const std::string& file, std::size_t number, std::string_view text);

  struct Fault {
    std::string file;
    Diagnostic what;
  };
  struct Totals {
    std::uint64_t requests = 0;
    std::uint64_t granted = 0;
    std::uint64_t faults = 0; // lines that cannot be understood
    Refusals refusals;
    [[nodiscard]] std::uint64_t governed() const noexcept { return granted + refusals.total(); }
  };
  [[nodiscard]] const Totals& totals() const noexcept { return totals_; }
  [[nodiscard]] const std::vector<Fault>& faults() const noexcept { return faults_; }

  struct Part {
    Reason reason;
    const ReasonAudit* audit;
  };
  // The reasons that occurred, the most frequent first.
  [[nodiscard]] std::vector<Part> parts() const;

private:
  void take_refusal(const AccessLogLine& line);

  std::size_t keep_;
  Totals totals_;
  std::vector<Fault> faults_;
  std::map<Reason, ReasonAudit> reasons_;
};

// The two ways to say it; at most `top` texts of each kind.
void print_text(const Audit& audit, std::size_t top, Console& console);
void print_json(const Audit& audit, std::size_t top, Console& console);

} // namespace polyauth::tool
