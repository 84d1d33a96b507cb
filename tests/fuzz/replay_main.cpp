// SPDX-License-Identifier: Apache-2.0
// Feeds every file below the given folders to the fuzz target it is linked with.
// A run without input would prove nothing, so it fails.
#include "fuzz/property.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  std::size_t inputs = 0;
  for (const char* const folder : std::vector<const char*>(argv + 1, argv + argc)) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
      if (file.bad() || !file.is_open()) {
        std::cerr << "cannot read " << entry.path() << '\n';
        return 1;
      }
      // Told before it runs: the last line names the input that crashed.
      std::cout << entry.path().filename().string() << std::endl;
      // A copy of the exact size lets the sanitizer see a read past its end.
      const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
      LLVMFuzzerTestOneInput(input.data(), input.size());
      ++inputs;
    }
  }
  if (inputs == 0) {
    std::cerr << "no input found\n";
    return 1;
  }
  std::cout << inputs << " inputs replayed\n";
  return 0;
}
