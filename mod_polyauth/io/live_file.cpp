// SPDX-License-Identifier: Apache-2.0
#include "io/live_file.hpp"

#include <unistd.h>

#include <algorithm>

namespace polyauth {

using std::chrono::system_clock;

Refresh FilePublisher::adopt_now() {
  constexpr int kAttempts = 10;
  const SlotLock lock(slot_, SlotLock::Wait::kYes);
  if (!lock.held()) return locked_out();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Refresh refresh = read_and_publish(FileStamp::of(slot_.path.data()));
    if (refresh.outcome != Refresh::Outcome::kUnchanged) return refresh;
  }
  return refuse({}, "keeps changing while it is read", {});
}

Refresh FilePublisher::refuse_now(std::string problem) {
  const SlotLock lock(slot_, SlotLock::Wait::kYes);
  if (!lock.held()) return locked_out();
  return refuse(FileStamp::of(slot_.path.data()), std::move(problem), {});
}

Refresh FilePublisher::adopt_if_changed() {
  const SlotLock lock(slot_, SlotLock::Wait::kYes);
  if (!lock.held()) return locked_out();
  const FileStamp stamp = FileStamp::of(slot_.path.data());
  return is_known(stamp) ? Refresh() : read_and_publish(stamp);
}

// The slot's lock is held.
bool FilePublisher::is_known(const FileStamp& stamp) noexcept {
  if (slot_.in_force() == 0 || stamp != slot_.adopted) return stamp == slot_.refused;
  // The good version is back: a bad one after it is a change again.
  slot_.refused = {};
  return true;
}

Refresh FilePublisher::refresh(std::chrono::steady_clock::time_point now) {
  const FileStamp stamp = FileStamp::of(slot_.path.data());
  if (!seen_ || *seen_ != stamp) {
    seen_ = stamp;
    seen_since_ = now;
  }
  if (now - seen_since_ < kSettled || now < retry_at_) return {};
  const SlotLock lock(slot_, SlotLock::Wait::kNo);
  if (!lock.held()) return {};
  if (is_known(stamp)) return {};
  Refresh refresh = read_and_publish(stamp);
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

// The slot's lock is held. Unchanged: the file moved on since it was looked at.
Refresh FilePublisher::read_and_publish(const FileStamp& seen) {
  auto contents = read_file(slot_.path.data(), format_.size_limit);
  if (FileStamp::of(slot_.path.data()) != seen || (contents && contents->stamp != seen)) return {};
  if (!contents) return refuse(seen, contents.error(), {});
  Compilation compilation = format_.compile(contents->bytes);
  if (compilation.error_count != 0) return refuse(seen, {}, std::move(compilation));

  const std::uint64_t previous = slot_.generation.load(std::memory_order_relaxed);
  const std::uint64_t generation = previous + 1;
  const auto written =
      replace_file(folder_.image(slot_, generation), compilation.image, 0600, owner_);
  if (!written) return refuse({}, "its image " + written.error(), {});

  // In this order, so that a process that dies in between leaves a version that
  // is published once more, never one that is taken for published but is not.
  slot_.generation.store(generation, std::memory_order_release);
  slot_.adopted = seen;
  slot_.refused = {};
  slot_.adopted_at = system_clock::to_time_t(system_clock::now());
  if (previous != 0) ::unlink(folder_.image(slot_, previous).c_str());

  Refresh refresh;
  refresh.outcome = Refresh::Outcome::kAdopted;
  refresh.generation = generation;
  refresh.adopted_at = slot_.adopted_at;
  refresh.summary = std::move(compilation.summary);
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

Refresh FilePublisher::refuse(const FileStamp& seen, std::string problem, Compilation compilation) {
  slot_.refused = seen;
  Refresh refresh;
  refresh.outcome = Refresh::Outcome::kRefused;
  refresh.generation = slot_.in_force();
  refresh.adopted_at = slot_.adopted_at;
  refresh.problem = std::move(problem);
  refresh.errors = std::move(compilation.errors);
  refresh.error_count = compilation.error_count;
  refresh.grave = std::move(compilation.grave);
  return refresh;
}

} // namespace polyauth
