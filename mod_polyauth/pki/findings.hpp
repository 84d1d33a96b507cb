// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/live_file.hpp"

#include <string>
#include <utility>

namespace polyauth {

// What there is to say of a file: the first ones of each kind are told.
class Findings {
public:
  static constexpr std::size_t kMaxReported = 20;

  void error(std::size_t line, std::string text) {
    ++compilation_.error_count;
    if (compilation_.errors.size() < kMaxReported)
      compilation_.errors.push_back({line, 1, std::move(text)});
  }
  void warning(std::size_t line, std::string text) {
    ++warnings_;
    if (compilation_.warnings.size() < kMaxReported)
      compilation_.warnings.push_back({line, 1, std::move(text)});
  }
  void take(std::vector<Diagnostic> errors, std::size_t count) {
    compilation_.errors = std::move(errors);
    compilation_.error_count = count;
  }
  [[nodiscard]] bool failed() const noexcept { return compilation_.error_count != 0; }

  Compilation finish(std::vector<std::byte> image, std::string summary) {
    if (warnings_ > kMaxReported)
      compilation_.warnings.push_back(
          {1, 1, "and " + std::to_string(warnings_ - kMaxReported) + " more warnings"});
    compilation_.image = std::move(image);
    compilation_.summary = std::move(summary);
    return std::move(compilation_);
  }
  // The file is bad: what is only doubtful about it does not matter now.
  Compilation give_up() {
    compilation_.warnings.clear();
    return std::move(compilation_);
  }

private:
  Compilation compilation_;
  std::size_t warnings_ = 0;
};

} // namespace polyauth
