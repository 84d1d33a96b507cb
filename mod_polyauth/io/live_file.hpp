// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "io/file.hpp"
#include "io/publication.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A file of the administrator that is followed while the server runs: read, if
// good published as an image, and looked at by every process in that form alone.
namespace polyauth {

// What a file is judged by besides its own bytes.
struct CompileContext {
  // Images in force of the files that this one depends on (of a CRL file: the trust files).
  std::vector<std::span<const std::byte>> companions;
  std::span<const std::byte> in_force; // image in force of this file itself; empty if none
  std::int64_t now = 0;                // seconds since the epoch
};

// What became of the bytes of an administrator's file.
struct Compilation {
  std::vector<std::byte> image;   // to publish, if `errors` is empty
  bool is_image = false;          // the bytes themselves are the image; `image` stays empty
  std::string summary;            // "devices=412 ranges=2 denials=1"
  std::vector<Diagnostic> errors; // the first ones
  std::size_t error_count = 0;
  std::optional<Diagnostic> grave;  // because of this, what was to be forbidden stays allowed
  std::vector<Diagnostic> warnings; // what is wrong with a file that is good enough
};

// How a kind of file is read. Stateless.
struct FileFormat {
  FileKind kind;
  SizeLimit size_limit;
  Compilation (*compile)(std::string_view bytes, const CompileContext& context);
  // Whether a published image is what was published, checksum and all. Asked once
  // at a restart; what requests look at is only checked for its layout.
  bool (*is_whole)(std::span<const std::byte> image);
};

// What one look at the file led to, for the log.
struct Refresh {
  enum class Outcome : std::uint8_t {
    kUnchanged,
    kAdopted,
    kRefused
  } outcome = Outcome::kUnchanged;
  std::uint64_t generation = 0; // in force now; 0 if none
  std::int64_t adopted_at = 0;  // when that one was adopted
  std::string summary;          // kAdopted
  std::string problem;          // kRefused: what is wrong with the file as a whole, or empty
  std::vector<Diagnostic> errors;
  std::size_t error_count = 0;
  std::optional<Diagnostic> grave;
  std::vector<Diagnostic> warnings; // kAdopted
};

// Follows one file and publishes it. One object a process; refresh() is for one
// thread of it.
class FilePublisher {
public:
  // `companions` are the files that this one is judged by: whenever the version of
  // one of them that is in force changes, this file is worth reading again, as if
  // it had changed itself.
  FilePublisher(const FileFormat& format, PublicationSlot& slot, ImageFolder folder, uid_t owner,
                std::vector<PublicationSlot*> companions = {})
      : format_(format), slot_(slot), folder_(std::move(folder)), owner_(owner),
        companions_(std::move(companions)) {}

  // How long a file's size and times must have stood still before it is read.
  static constexpr std::chrono::seconds kSettled{1};
  // How long a failure to publish, which is not the file's fault, is let rest; and how long
  // another process may be at the file before that is one.
  static constexpr std::chrono::seconds kRetry{60};

  // At the start of a server: reads whatever is there.
  Refresh adopt_now();

  // At the start of a server: a file that it could read, but its children not.
  Refresh refuse_now(std::string problem);

  // At a restart, for a file that looks settled: reads it if it has changed.
  Refresh adopt_if_changed();

  // Reads the file if it has changed since it was adopted or refused, and has
  // settled. Another process that is at it already is left to it; one that does not come to an
  // end, stopped or waiting for its storage, is told of.
  Refresh refresh(std::chrono::steady_clock::time_point now);

  // Whether the file, as it is, settled before the last second (by its times).
  [[nodiscard]] bool looks_settled(std::chrono::system_clock::time_point now) const;

  [[nodiscard]] PublicationSlot& slot() const noexcept { return slot_; }

private:
  // The images that a version is judged by, mapped for as long as that takes.
  struct Surroundings {
    std::vector<MappedFile> companions;
    std::uint64_t versions = 0; // digest of which versions of the companions these are
    std::optional<MappedFile> in_force;
    std::string problem;     // why a companion is missing, or empty
    bool may_return = false; // it may be there again without a new version of it
  };
  [[nodiscard]] bool is_known(const FileStamp& stamp) noexcept;
  [[nodiscard]] std::uint64_t companion_versions() const noexcept;
  [[nodiscard]] Surroundings look_around() const;
  [[nodiscard]] Refresh locked_out() const;
  Refresh read_and_publish(const FileStamp& seen);
  Refresh publish(const FileStamp& seen, std::uint64_t versions, Compilation compilation,
                  std::span<const std::byte> image);
  Refresh refuse(const FileStamp& seen, std::uint64_t versions, std::string problem,
                 Compilation compilation);

  const FileFormat& format_;
  PublicationSlot& slot_;
  ImageFolder folder_;
  uid_t owner_;
  std::vector<PublicationSlot*> companions_;
  std::optional<FileStamp> seen_;
  std::chrono::steady_clock::time_point seen_since_;
  std::chrono::steady_clock::time_point retry_at_;
  std::optional<std::chrono::steady_clock::time_point> locked_since_;
};

// What a process sees of a live file: always the version in force. View is made
// from the image by `static Result<View> View::open_published(std::span<const std::byte>)`
// and may refer into it. Thread-safe.
template <typename View> class LiveFile {
public:
  struct Snapshot {
    std::uint64_t generation;
    MappedFile image;
    View view;
  };

  // Only generations above `floor` count: what was adopted up to it is too old.
  LiveFile(PublicationSlot& slot, ImageFolder folder, std::uint64_t floor)
      : slot_(slot), folder_(std::move(folder)), floor_(floor) {}

  // The generation in force, 0 if there is none: what was learned of a version is
  // true of the file as long as this does not change.
  [[nodiscard]] std::uint64_t generation() const noexcept {
    const std::uint64_t latest = slot_.generation.load(std::memory_order_acquire);
    return latest > floor_ ? latest : 0;
  }

  // The version in force, to be used for one decision; nullptr if there is none
  // or it cannot be read. Takes no longer than mapping a file, and that once a
  // change.
  [[nodiscard]] std::shared_ptr<const Snapshot> current() noexcept {
    const std::uint64_t wanted = generation();
    if (wanted == 0) return nullptr;
    const std::lock_guard lock(mutex_);
    if (snapshot_ && snapshot_->generation >= wanted) return snapshot_;
    return map();
  }

private:
  std::shared_ptr<const Snapshot> map() noexcept try {
    // The image of a generation is removed when the next one is in force: look
    // again then.
    for (int attempt = 0; attempt < 8; ++attempt) {
      const std::uint64_t generation = slot_.generation.load(std::memory_order_acquire);
      auto image = MappedFile::open(folder_.image(slot_, generation));
      if (!image) continue;
      auto view = View::open_published(image->bytes());
      if (!view) return nullptr;
      snapshot_ = std::make_shared<const Snapshot>(
          Snapshot{generation, std::move(*image), std::move(*view)});
      return snapshot_;
    }
    return nullptr;
  } catch (...) {
    return nullptr;
  }

  PublicationSlot& slot_;
  ImageFolder folder_;
  std::uint64_t floor_;
  std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_;
};

} // namespace polyauth
