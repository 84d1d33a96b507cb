// SPDX-License-Identifier: Apache-2.0
#include "io/live_file.hpp"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <new>

namespace polyauth {

using std::chrono::system_clock;

namespace {

// Adds a companion's version to a digest, so that neither two files that trade
// places at a restart nor two that change together give the same one again.
std::uint64_t add_version(std::uint64_t digest, const PublicationSlot& slot,
                          std::uint64_t generation) noexcept {
  for (const std::uint64_t word : {std::uint64_t{slot.index}, generation}) {
    digest = (digest ^ word) * 0x9e37'79b9'7f4a'7c15U + 1;
    digest ^= digest >> 29;
  }
  return digest;
}

// The version in force of a file and its image, or nothing. `shortage`: it may be there, but
// cannot be mapped for now.
std::optional<MappedFile> map_in_force(const ImageFolder& folder, const PublicationSlot& slot,
                                       std::uint64_t& generation, bool* shortage = nullptr) {
  // The image of a generation is removed when the next one is in force: look
  // again then.
  constexpr int kAttempts = 8;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    generation = slot.in_force();
    if (generation == 0) return std::nullopt;
    auto image = MappedFile::open(folder.image(slot, generation), shortage);
    if (image) return std::move(*image);
  }
  return std::nullopt;
}

// For who asks later than the log was told.
template <std::size_t N> void keep(std::array<char, N>& text, std::string_view value) noexcept {
  value = value.substr(0, N - 1);
  *std::copy(value.begin(), value.end(), text.begin()) = '\0';
}

std::string problem_of(const Refresh& refresh) {
  if (refresh.errors.empty()) return refresh.problem;
  const Diagnostic& first = refresh.grave ? *refresh.grave : refresh.errors.front();
  return std::to_string(first.line) + ':' + std::to_string(first.column) + ": " + first.text;
}

// Gives back what reading a long file took: the allocator would keep some of it
// in every process that has ever read one.
void give_back_memory(const FileStamp& stamp) noexcept {
  constexpr std::uint64_t kLong = std::uint64_t{1} << 20;
#ifdef __GLIBC__
  if (stamp.size >= kLong) ::malloc_trim(0);
#endif
}

} // namespace

Refresh FilePublisher::adopt_now() {
  constexpr int kAttempts = 10;
  const SlotLock lock(slot_, SlotLock::Wait::kYes);
  if (!lock.held()) return locked_out();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const FileStamp stamp = FileStamp::of(slot_.path.data());
    Refresh refresh = read_and_publish(stamp);
    give_back_memory(stamp);
    if (refresh.outcome != Refresh::Outcome::kUnchanged) return refresh;
  }
  return refuse({}, companion_versions(), "keeps changing while it is read", {});
}

Refresh FilePublisher::refuse_now(std::string problem) {
  const SlotLock lock(slot_, SlotLock::Wait::kYes);
  if (!lock.held()) return locked_out();
  return refuse(FileStamp::of(slot_.path.data()), companion_versions(), std::move(problem), {});
}

Refresh FilePublisher::adopt_if_changed() {
  const SlotLock lock(slot_, SlotLock::Wait::kYes);
  if (!lock.held()) return locked_out();
  const FileStamp stamp = FileStamp::of(slot_.path.data());
  if (is_known(stamp)) return {};
  Refresh refresh = read_and_publish(stamp);
  give_back_memory(stamp);
  return refresh;
}

// The slot's lock is held.
bool FilePublisher::is_known(const FileStamp& stamp) noexcept {
  const std::uint64_t versions = companion_versions();
  if (slot_.in_force() == 0 || stamp != slot_.adopted || versions != slot_.adopted_with)
    return stamp == slot_.refused && versions == slot_.refused_with;
  // The good version is back: a bad one after it is a change again.
  slot_.refused = {};
  keep(slot_.problem, {});
  return true;
}

Refresh FilePublisher::refresh(std::chrono::steady_clock::time_point now) {
  const FileStamp stamp = FileStamp::of(slot_.path.data());
  if (!seen_ || *seen_ != stamp) {
    seen_ = stamp;
    seen_since_ = now;
    locked_since_.reset();
    retry_at_ = {}; // another file: the trouble was with the one before
  }
  if (now - seen_since_ < kSettled || now < retry_at_) return {};
  const SlotLock lock(slot_, SlotLock::Wait::kNo);
  if (!lock.held()) {
    if (!locked_since_) locked_since_ = now;
    if (now - *locked_since_ < kRetry) return {};
    locked_since_ = now;
    return locked_out();
  }
  locked_since_.reset();
  if (is_known(stamp)) return {};
  Refresh refresh = read_and_publish(stamp);
  give_back_memory(stamp);
  // The file is not to blame, so it is tried again, but not reported every time.
  if (refresh.outcome == Refresh::Outcome::kRefused && slot_.refused != stamp)
    retry_at_ = now + kRetry;
  return refresh;
}

bool FilePublisher::looks_settled(system_clock::time_point now) const {
  const FileStamp stamp = FileStamp::of(slot_.path.data());
  const std::int64_t latest = std::max(stamp.modified_ns, stamp.changed_ns);
  const std::int64_t limit =
      std::chrono::duration_cast<std::chrono::nanoseconds>((now - kSettled).time_since_epoch())
          .count();
  return stamp.error == 0 && latest <= limit;
}

std::uint64_t FilePublisher::companion_versions() const noexcept {
  std::uint64_t digest = 0;
  for (const PublicationSlot* const companion : companions_)
    digest = add_version(digest, *companion, companion->in_force());
  return digest;
}

// The slot's lock is held.
FilePublisher::Surroundings FilePublisher::look_around() const {
  Surroundings around;
  for (const PublicationSlot* const companion : companions_) {
    std::uint64_t generation = 0;
    auto image = map_in_force(folder_, *companion, generation);
    around.versions = add_version(around.versions, *companion, generation);
    if (image) {
      around.companions.push_back(std::move(*image));
    } else if (around.problem.empty()) {
      around.problem = "needs " + std::string(companion->path.data()) + ", which is not in force";
      around.may_return = generation != 0;
    }
  }
  // An image of its own that is lost must not keep the next version from healing that; one that
  // is only out of reach holds what the next version must not fall behind.
  std::uint64_t generation = 0;
  bool shortage = false;
  around.in_force = map_in_force(folder_, slot_, generation, &shortage);
  if (!around.in_force && shortage && around.problem.empty()) {
    around.problem = "its version in force cannot be mapped for now";
    around.may_return = true;
  }
  return around;
}

// The slot's lock is held. Unchanged: the file moved on since it was looked at.
Refresh FilePublisher::read_and_publish(const FileStamp& seen) try {
  bool shortage = false;
  auto contents = read_file(slot_.path.data(), format_.size_limit, &shortage);
  if (FileStamp::of(slot_.path.data()) != seen || (contents && contents->stamp != seen)) return {};
  // Another process may be able to, or this one later.
  if (!contents)
    return refuse(shortage ? FileStamp{} : seen, companion_versions(), contents.error(), {});
  Surroundings around = look_around();
  if (!around.problem.empty())
    return refuse(around.may_return ? FileStamp{} : seen, around.versions,
                  std::move(around.problem), {});
  CompileContext context;
  for (const MappedFile& companion : around.companions)
    context.companions.push_back(companion.bytes());
  if (around.in_force) context.in_force = around.in_force->bytes();
  context.now = system_clock::to_time_t(system_clock::now());
  Compilation compilation = format_.compile(contents->bytes, context);
  if (compilation.error_count != 0)
    return refuse(seen, around.versions, {}, std::move(compilation));
  // One copy in memory while it is published, and none that the process keeps.
  const std::vector<std::byte> made = std::move(compilation.image);
  if (!compilation.is_image) contents->bytes = {};
  return publish(seen, around.versions, std::move(compilation),
                 made.empty() ? std::as_bytes(std::span(std::as_const(contents->bytes))) : made);
} catch (const std::bad_alloc&) {
  return refuse({}, companion_versions(), "there is not enough memory to read it", {});
}

// The slot's lock is held.
Refresh FilePublisher::publish(const FileStamp& seen, std::uint64_t versions,
                               Compilation compilation, std::span<const std::byte> image) {
  const std::uint64_t previous = slot_.generation.load(std::memory_order_relaxed);
  const std::uint64_t generation = previous + 1;
  folder_.sweep(slot_, previous);
  const auto written = replace_file(folder_.image(slot_, generation), image, 0600, owner_);
  if (!written) return refuse({}, versions, "its image " + written.error(), {});

  // In this order, so that a process that dies in between leaves a version that
  // is published once more, never one that is taken for published but is not.
  slot_.generation.store(generation, std::memory_order_release);
  slot_.adopted = seen;
  slot_.adopted_with = versions;
  slot_.refused = {};
  slot_.adopted_at = system_clock::to_time_t(system_clock::now());
  keep(slot_.summary, compilation.summary);
  keep(slot_.problem, {});
  if (previous != 0) ::unlink(folder_.image(slot_, previous).c_str());

  Refresh refresh;
  refresh.outcome = Refresh::Outcome::kAdopted;
  refresh.generation = generation;
  refresh.adopted_at = slot_.adopted_at;
  refresh.summary = std::move(compilation.summary);
  refresh.warnings = std::move(compilation.warnings);
  return refresh;
}

// Another process is at the file and does not come to an end. Writes nothing.
Refresh FilePublisher::locked_out() const {
  Refresh refresh;
  refresh.outcome = Refresh::Outcome::kRefused;
  refresh.generation = slot_.in_force();
  refresh.adopted_at = slot_.adopted_at;
  refresh.problem = "is held by another process of the server";
  return refresh;
}

Refresh FilePublisher::refuse(const FileStamp& seen, std::uint64_t versions, std::string problem,
                              Compilation compilation) {
  slot_.refused = seen;
  slot_.refused_with = versions;
  Refresh refresh;
  refresh.outcome = Refresh::Outcome::kRefused;
  refresh.generation = slot_.in_force();
  refresh.adopted_at = slot_.adopted_at;
  refresh.problem = std::move(problem);
  refresh.errors = std::move(compilation.errors);
  refresh.error_count = compilation.error_count;
  refresh.grave = std::move(compilation.grave);
  keep(slot_.problem, problem_of(refresh));
  return refresh;
}

} // namespace polyauth
