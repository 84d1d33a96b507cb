// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "io/file.hpp"

#include <pthread.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>

// Which version of each live file is in force: one answer for all processes of a
// server. A version is an image, a file of its own in a folder that the server
// owns; the board, in shared memory, says which generation counts.
namespace polyauth {

// What the administrator's file holds. The number is stored on the board.
enum class FileKind : std::uint32_t { kAcl = 1, kTrust = 2, kRevocation = 3, kPasswords = 4 };

// The board's entry for one file. Lives in shared memory; address-free.
struct PublicationSlot {
  std::array<char, 4096> path;
  FileKind kind;
  std::uint32_t index;

  // The version in force; 0 if none was ever adopted. Written under the lock,
  // after the image of that generation is complete.
  std::atomic<std::uint64_t> generation;

  // Guards what follows, and publishing; what is atomic is read without it, too. Robust: a
  // process may die with it.
  pthread_mutex_t lock;
  FileStamp adopted; // the file as it was when it was adopted
  FileStamp refused; // the last version that was refused, so that it is reported once
  // Which versions of its companions either was judged by (FilePublisher).
  std::uint64_t adopted_with;
  std::uint64_t refused_with;
  std::atomic<std::int64_t> adopted_at; // seconds since the epoch
  std::array<char, 192> summary;        // of the version in force; both end with a NUL
  std::array<char, 512> problem;        // of the version refused since; empty: none
  std::uint32_t config;                 // the configuration that last named the file
  std::atomic<std::uint64_t> floor;     // generations up to this one are too old to be in force
  std::atomic<std::uint64_t> lost;    // the last generation whose image was reported as unreadable
  std::atomic<std::uint64_t> overdue; // the last generation that was reported as overdue

  // The version in force, 0 if there is none.
  [[nodiscard]] std::uint64_t in_force() const noexcept {
    const std::uint64_t latest = generation.load(std::memory_order_acquire);
    return latest > floor ? latest : 0;
  }
};

// The shared memory. Made once by the first process and inherited by fork; it is
// never unmapped, so that a restart finds it again.
class PublicationBoard {
public:
  static constexpr std::uint32_t kMaxFiles = 512;

  // A new board, or nullptr if there is no memory.
  static PublicationBoard* create() noexcept;

  // Whether memory that an earlier load of the module made has our layout.
  [[nodiscard]] bool is_ours() const noexcept;

  // The slot of a file, a new one if need be; nullptr if the path is too long or
  // all are taken. Slots are never given to another file: processes of the
  // previous configuration may still look at them. Only for the parent process.
  PublicationSlot* slot(FileKind kind, std::string_view path) noexcept;

  // Tells the images of this board from those of an earlier server.
  [[nodiscard]] std::uint64_t nonce() const noexcept { return nonce_; }

  // Counts configurations: +1 at each (re)start. Only for the parent process.
  std::uint32_t next_config() noexcept { return ++config_; }
  [[nodiscard]] std::uint32_t config() const noexcept { return config_; }

private:
  std::uint64_t layout_;
  std::uint64_t nonce_;
  std::uint32_t config_;
  std::uint32_t used_;
  std::array<PublicationSlot, kMaxFiles> slots_;
};

// The folder of the images. Every process of a server knows the same one.
class ImageFolder {
public:
  ImageFolder(std::string path, std::uint64_t nonce) : path_(std::move(path)), nonce_(nonce) {}

  // Makes the folder (mode 0700) for `owner` and removes what earlier servers
  // left in it. Only for the parent process.
  Result<bool> prepare(uid_t owner) const;

  [[nodiscard]] std::string image(const PublicationSlot& slot, std::uint64_t generation) const;

  // Removes all images of a slot but this one: what processes left that died while they
  // published. Only under the slot's lock.
  void sweep(const PublicationSlot& slot, std::uint64_t generation) const;

private:
  std::string path_;
  std::uint64_t nonce_;
};

// Holds a slot's lock. Survives a process that died while holding it: every
// step of publishing leaves a state in which publishing again is right.
class SlotLock {
public:
  enum class Wait : bool { kNo, kYes };
  // A holder that is stopped in the middle must not hold up a restart for ever.
  static constexpr std::chrono::seconds kLongestWait{10};
  SlotLock(PublicationSlot& slot, Wait wait) noexcept;
  SlotLock(const SlotLock&) = delete;
  SlotLock& operator=(const SlotLock&) = delete;
  ~SlotLock();
  [[nodiscard]] bool held() const noexcept { return held_; }

private:
  PublicationSlot& slot_;
  bool held_;
};

} // namespace polyauth
