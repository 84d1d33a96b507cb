// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace polyauth::tool {

// A line on standard error that tells how far a file has been read, if that is a
// terminal; it is gone when the object is.
class Progress {
public:
  // `size` in bytes; 0 if nobody knows.
  Progress(const std::string& name, std::uint64_t size);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::uint64_t bytes);

private:
  std::string name_;
  std::uint64_t size_;
  std::uint64_t shown_ = 0; // percent, or MiB where the size is not known
  bool visible_;
  bool begun_ = false;
};

} // namespace polyauth::tool
