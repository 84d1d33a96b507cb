// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/refusal_ring.hpp"
#include "io/request_counters.hpp"

// What the status page tells of requests: shared memory, made once by the first process and
// inherited by fork; never unmapped, so that a restart finds it again.
namespace polyauth {

class StatusBoard {
public:
  // A new board, or nullptr if there is no memory.
  static StatusBoard* create(std::int64_t now) noexcept;

  // Whether memory that an earlier load of the module made has our layout.
  [[nodiscard]] bool is_ours() const noexcept;

  // When counting began.
  [[nodiscard]] std::int64_t since() const noexcept { return since_; }

  RequestCounters requests;
  RefusalRing refusals;

private:
  std::uint64_t layout_;
  std::int64_t since_;
};

} // namespace polyauth
