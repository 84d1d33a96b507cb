// SPDX-License-Identifier: Apache-2.0
#include "io/publication.hpp"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <type_traits>

namespace polyauth {

namespace {

// Changes whenever a slot's meaning does; its size is mixed in by layout().
constexpr std::uint64_t kLayoutVersion = 5;

constexpr std::uint64_t layout() noexcept {
  return kLayoutVersion << 48 | sizeof(PublicationBoard);
}

bool make_lock(pthread_mutex_t& lock) noexcept {
  pthread_mutexattr_t attributes;
  if (pthread_mutexattr_init(&attributes) != 0) return false;
  const bool made = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0 &&
                    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0 &&
                    pthread_mutex_init(&lock, &attributes) == 0;
  pthread_mutexattr_destroy(&attributes);
  return made;
}

} // namespace

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

PublicationBoard* PublicationBoard::create() noexcept {
  void* const at = ::mmap(nullptr, sizeof(PublicationBoard), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return nullptr;
  // Zero pages, touched only where they are used.
  auto* const board = static_cast<PublicationBoard*>(at);
  if (::getrandom(&board->nonce_, sizeof board->nonce_, 0) != sizeof board->nonce_) return nullptr;
  board->layout_ = layout();
  return board;
}

bool PublicationBoard::is_ours() const noexcept { return layout_ == layout(); }

PublicationSlot* PublicationBoard::slot(FileKind kind, std::string_view path) noexcept {
  for (PublicationSlot& slot : std::span(slots_).first(used_))
    if (slot.kind == kind && path == slot.path.data()) return &slot;
  if (used_ == kMaxFiles || path.size() >= slots_[0].path.size()) return nullptr;
  PublicationSlot& slot = slots_[used_];
  if (!make_lock(slot.lock)) return nullptr;
  std::copy(path.begin(), path.end(), slot.path.begin());
  slot.kind = kind;
  slot.index = used_++;
  return &slot;
}

std::string ImageFolder::image(const PublicationSlot& slot, std::uint64_t generation) const {
  std::array<char, 64> name{};
  std::snprintf(name.data(), name.size(), "/%016llx-%u-%llu",
                static_cast<unsigned long long>(nonce_), slot.index,
                static_cast<unsigned long long>(generation));
  return path_ + name.data();
}

Result<bool> ImageFolder::prepare(uid_t owner) const {
  if (::mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST)
    return Error{"\"" + path_ + "\" cannot be made: " + errno_text(errno)};
  struct stat info {};
  if (::lstat(path_.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
    return Error{"\"" + path_ + "\" is not a folder"};
  // What is right already is left alone: the file system may have become read-only.
  if ((info.st_uid != owner && ::lchown(path_.c_str(), owner, static_cast<gid_t>(-1)) != 0) ||
      ((info.st_mode & 07777) != 0700 && ::chmod(path_.c_str(), 0700) != 0))
    return Error{"\"" + path_ + "\" cannot be given to the server's user: " + errno_text(errno)};
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path_.c_str()), ::closedir);
  if (!folder) return Error{"\"" + path_ + "\" cannot be read: " + errno_text(errno)};
  std::array<char, 32> ours{};
  std::snprintf(ours.data(), ours.size(), "%016llx-", static_cast<unsigned long long>(nonce_));
  while (const dirent* const entry = ::readdir(folder.get())) {
    const std::string_view name(entry->d_name);
    if (name != "." && name != ".." && !name.starts_with(ours.data()))
      ::unlinkat(::dirfd(folder.get()), entry->d_name, 0);
  }
  return true;
}

void ImageFolder::sweep(const PublicationSlot& slot, std::uint64_t generation) const {
  const std::string kept = image(slot, generation);
  const std::string start = kept.substr(0, kept.rfind('-') + 1);
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path_.c_str()), ::closedir);
  if (!folder) return;
  while (const dirent* const entry = ::readdir(folder.get())) {
    const std::string path = path_ + '/' + entry->d_name;
    if (path.starts_with(start) && path != kept) ::unlink(path.c_str());
  }
}

SlotLock::SlotLock(PublicationSlot& slot, Wait wait) noexcept : slot_(slot), held_(false) {
  timespec limit{};
  clock_gettime(CLOCK_REALTIME, &limit);
  limit.tv_sec += kLongestWait.count();
  const int result = wait == Wait::kYes ? pthread_mutex_timedlock(&slot.lock, &limit)
                                        : pthread_mutex_trylock(&slot.lock);
  if (result == EOWNERDEAD) pthread_mutex_consistent(&slot.lock);
  held_ = result == 0 || result == EOWNERDEAD;
}

SlotLock::~SlotLock() {
  if (held_) pthread_mutex_unlock(&slot_.lock);
}

} // namespace polyauth
