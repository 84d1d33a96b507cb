// SPDX-License-Identifier: Apache-2.0
#include "tool/report/progress.hpp"

#include "tool/console.hpp"

#include <unistd.h>

#include <cstdio>

namespace polyauth::tool {

Progress::Progress(const std::string& name, std::uint64_t size)
    : name_(name == "-" ? "standard input" : printable(name)), size_(size),
      visible_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (begun_) (void)std::fputs("\r\x1b[K", stderr);
}

void Progress::show(std::uint64_t bytes) {
  if (!visible_) return;
  const std::uint64_t now = size_ != 0 ? bytes * 100 / size_ : bytes >> 20;
  if (begun_ && now == shown_) return;
  begun_ = true;
  shown_ = now;
  (void)std::fprintf(stderr, "\r\x1b[K%s: %llu%s read", name_.c_str(),
                     static_cast<unsigned long long>(now), size_ != 0 ? "%" : " MiB");
  (void)std::fflush(stderr);
}

} // namespace polyauth::tool
