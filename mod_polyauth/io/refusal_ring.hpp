// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/decision.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The last refusals of a server. Lives in shared memory that is all zeros at first;
// address-free and without locks: nobody waits for a process that died or was stopped.
namespace polyauth {

struct PastRefusal {
  std::int64_t at = 0; // seconds since the epoch
  Reason reason = Reason::kInternalError;
  bool audit = false; // would-deny
  std::optional<MacAddress> device;
  std::string method; // of the client, as it came, cut short; so are the next two
  std::string path;
  std::string client;
};

class RefusalRing {
  struct Slot;

public:
  static constexpr std::size_t kSize = 64;
  static constexpr std::size_t kMaxMethod = 24;
  static constexpr std::size_t kMaxPath = 256;
  static constexpr std::size_t kMaxClient = 48;

  struct Texts {
    std::string_view method;
    std::string_view path;
    std::string_view client;
  };

  // A place of the ring, which nobody else writes to until it is filled: for good, if its
  // holder dies before.
  class Place {
  public:
    // Once.
    void fill(std::int64_t at, const Decision& decision, bool audit, const Texts& texts) noexcept;

  private:
    friend class RefusalRing;
    Place(Slot& slot, std::uint64_t writing) noexcept : slot_(&slot), writing_(writing) {}

    Slot* slot_;
    std::uint64_t writing_;
  };
  // The next place, unless another process is at it.
  [[nodiscard]] std::optional<Place> claim() noexcept;

  // Loses it if there is no place at this moment.
  void note(std::int64_t at, const Decision& decision, bool audit, const Texts& texts) noexcept {
    if (auto place = claim()) place->fill(at, decision, audit, texts);
  }

  // Newest first; without what is being written.
  [[nodiscard]] std::vector<PastRefusal> latest() const;

private:
  struct Record {
    std::int64_t at;
    std::uint64_t device; // all ones: none
    Reason reason;
    bool audit;
    std::uint8_t method_size;
    std::uint8_t client_size;
    std::uint16_t path_size;
    std::array<char, kMaxMethod> method;
    std::array<char, kMaxClient> client;
    std::array<char, kMaxPath> path;
  };
  static constexpr std::size_t kWords = (sizeof(Record) + 7) / 8;
  struct Slot {
    // Twice the number of the refusal, and one more while it is being written.
    std::atomic<std::uint64_t> state;
    std::array<std::atomic<std::uint64_t>, kWords> words;
  };

  std::atomic<std::uint64_t> last_;
  std::array<Slot, kSize> slots_;
};

} // namespace polyauth
