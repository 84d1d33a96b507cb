// SPDX-License-Identifier: Apache-2.0
#include "io/status_board.hpp"

#include <sys/mman.h>

namespace polyauth {

namespace {

// Changes whenever the meaning of what is kept does; also what reasons there are matters.
constexpr std::uint64_t kLayoutVersion = 1;

constexpr std::uint64_t layout() noexcept {
  return kLayoutVersion << 48 | std::uint64_t{kReasonCount} << 32 | sizeof(StatusBoard);
}

} // namespace

StatusBoard* StatusBoard::create(std::int64_t now) noexcept {
  // Zero pages; lock-free atomics need nothing else.
  void* const at = ::mmap(nullptr, sizeof(StatusBoard), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return nullptr;
  auto* const board = static_cast<StatusBoard*>(at);
  board->layout_ = layout();
  board->since_ = now;
  return board;
}

bool StatusBoard::is_ours() const noexcept { return layout_ == layout(); }

} // namespace polyauth
