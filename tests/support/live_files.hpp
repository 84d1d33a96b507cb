// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/live_file.hpp"
#include "support/temp_dir.hpp"

#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstring>
#include <new>
#include <string>
#include <thread>

namespace polyauth::test {

using Outcome = Refresh::Outcome;

// The published form of a file that holds a number: the number, many times.
struct Number {
  static constexpr std::size_t kCopies = 4096;
  std::span<const std::byte> image;

  static Result<Number> open_published(std::span<const std::byte> image) {
    if (image.size() != kCopies * sizeof(int)) return Error{"is not a number"};
    return Number{image};
  }
  // -1 if it is not one number throughout.
  [[nodiscard]] int value() const {
    int first = 0;
    std::memcpy(&first, image.data(), sizeof first);
    for (std::size_t at = 0; at < image.size(); at += sizeof first)
      if (std::memcmp(image.data() + at, &first, sizeof first) != 0) return -1;
    return first;
  }
};

// A live file that holds a number, with its board and folder; what other
// processes see of it is asked in other processes.
class LiveFiles {
public:
  using Clock = std::chrono::steady_clock;
  static constexpr int kNothing = 90; // what seen_elsewhere() says when nothing is in force
  static constexpr std::uint64_t kLimit = 64;
  static const FileFormat kNumber;
  static const FileFormat kKillsItself;   // dies by SIGKILL, with the lock
  static const FileFormat kChangesItself; // adds a digit to the file that it compiles
  static const FileFormat kHasNoMemory;   // throws std::bad_alloc

  TempDir folder;
  std::string path = folder / "number";
  std::string images = folder / "images";

  LiveFiles() {
    changing = path;
    if (!images_.prepare(::geteuid())) throw std::runtime_error("no folder for images");
  }

  void write(std::string_view text) const { overwrite(path, text); }
  void adopt(std::string_view text) {
    write(text);
    if (publisher().adopt_now().outcome != Outcome::kAdopted)
      throw std::runtime_error("not adopted");
  }

  [[nodiscard]] FilePublisher publisher(const FileFormat& format = kNumber) {
    return {format, slot_, images_, static_cast<uid_t>(-1)};
  }
  [[nodiscard]] LiveFile<Number> reader(std::uint64_t floor = 0) { return {slot_, images_, floor}; }
  [[nodiscard]] PublicationSlot& slot() noexcept { return slot_; }
  [[nodiscard]] const ImageFolder& image_folder() const noexcept { return images_; }
  [[nodiscard]] PublicationSlot& another_slot(FileKind kind, std::string_view name) {
    return *board_.slot(kind, name);
  }
  [[nodiscard]] std::uint64_t generation() const { return slot_.generation; }
  [[nodiscard]] std::string image(std::uint64_t generation) const {
    return images_.image(slot_, generation);
  }

  [[nodiscard]] Clock::time_point at(Clock::duration since_start) const {
    return start_ + since_start;
  }
  // Shows the publisher a file that stands still.
  Refresh settle(FilePublisher& publisher) {
    const auto seen = latest_ += std::chrono::hours(1);
    publisher.refresh(seen);
    return publisher.refresh(seen + FilePublisher::kSettled);
  }

  // The number in force, asked by a process that has not looked before.
  [[nodiscard]] int seen_elsewhere(std::uint64_t floor = 0) {
    return in_process([&] {
      LiveFile<Number> live = reader(floor);
      const auto snapshot = live.current();
      return snapshot ? snapshot->view.value() : kNothing;
    });
  }

private:
  static Compilation compile(std::string_view bytes, const CompileContext&) {
    Compilation compilation;
    int number = 0;
    const auto end = bytes.data() + bytes.size();
    if (const auto read = std::from_chars(bytes.data(), end, number);
        read.ec != std::errc() || read.ptr != end) {
      compilation.errors.push_back({1, 1, "no number"});
      compilation.error_count = 1;
      compilation.grave = compilation.errors.front();
      return compilation;
    }
    compilation.image.resize(Number::kCopies * sizeof number);
    for (std::size_t at = 0; at < compilation.image.size(); at += sizeof number)
      std::memcpy(compilation.image.data() + at, &number, sizeof number);
    compilation.summary = "number " + std::to_string(number);
    return compilation;
  }
  static Compilation die(std::string_view, const CompileContext&) {
    ::kill(::getpid(), SIGKILL);
    return {};
  }
  static Compilation run_out(std::string_view, const CompileContext&) { throw std::bad_alloc(); }
  static Compilation change(std::string_view bytes, const CompileContext& context) {
    append(changing, "3");
    return compile(bytes, context);
  }
  static bool is_whole(std::span<const std::byte> image) {
    const auto number = Number::open_published(image);
    return number && number->value() >= 0;
  }
  inline static std::string changing;

  PublicationBoard& board_ = *PublicationBoard::create();
  PublicationSlot& slot_ = *board_.slot(FileKind::kAcl, path);
  ImageFolder images_{images, board_.nonce()};
  Clock::time_point start_ = Clock::now();
  Clock::time_point latest_ = start_;
};

inline const FileFormat LiveFiles::kNumber = {FileKind::kAcl, kLimit, compile, is_whole};
inline const FileFormat LiveFiles::kKillsItself = {FileKind::kAcl, kLimit, die, is_whole};
inline const FileFormat LiveFiles::kChangesItself = {FileKind::kAcl, kLimit, change, is_whole};
inline const FileFormat LiveFiles::kHasNoMemory = {FileKind::kAcl, kLimit, run_out, is_whole};

} // namespace polyauth::test
