// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/descriptor.hpp"
#include "io/file.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace polyauth {

// An edit of a file of the administrator: its text, and later another text in its
// place, at once or not at all. Of several edits in a folder one waits for the
// other; what a program that does not wait has changed meanwhile is not lost either.
class FileEdit {
public:
  // A link is followed to its target. If there is no file, `mode` is that of the one
  // to be made; else mode and owner stay. Waits so long for other edits.
  static Result<FileEdit> begin(const std::string& path, std::uint64_t limit, mode_t mode,
                                std::chrono::seconds patience = std::chrono::seconds(30));

  // Empty if there is no file.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] bool is_new() const noexcept { return seen_.error != 0; }

  Result<bool> finish(std::string_view text);

private:
  FileEdit() = default;

  Descriptor folder_; // holds the lock
  Replacement target_;
  FileStamp seen_;
  std::string text_;
};

} // namespace polyauth
