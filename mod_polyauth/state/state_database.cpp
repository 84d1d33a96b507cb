// SPDX-License-Identifier: Apache-2.0
#include "state/state_database.hpp"

#include <apr_dbd.h>
#include <apr_general.h>
#include <apr_hash.h>
#include <apr_pools.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <new>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace polyauth {

namespace {

Error os_error(const std::string& what) {
  return Error{what + ": " + std::generic_category().message(errno)};
}

const apr_dbd_driver_t* loaded_driver(const std::string& name) {
  apr_pool_t* pool = nullptr;
  if (apr_pool_create(&pool, nullptr) != APR_SUCCESS) throw std::bad_alloc();
  const apr_dbd_driver_t* driver = nullptr;
  // Both keep what they make on the topmost pool.
  if (apr_dbd_init(pool) != APR_SUCCESS ||
      apr_dbd_get_driver(pool, name.c_str(), &driver) != APR_SUCCESS)
    driver = nullptr;
  apr_pool_destroy(pool);
  return driver;
}

Error missing(const std::string& driver) {
  return Error{"APR's database driver \"" + driver +
               "\" cannot be loaded (Debian: libaprutil1-dbd-" + driver + ")"};
}

} // namespace

AprLibrary::AprLibrary() { apr_initialize(); }
AprLibrary::~AprLibrary() { apr_terminate(); }

struct StateDatabase::Opened {
  apr_pool_t* pool = nullptr;
  const apr_dbd_driver_t* driver = nullptr;
  apr_dbd_t* handle = nullptr;
  apr_hash_t* prepared = nullptr;
  std::string path; // of an SQLite file
  struct stat file {};

  Opened() {
    if (apr_pool_create_unmanaged_ex(&pool, nullptr, nullptr) != APR_SUCCESS)
      throw std::bad_alloc();
    prepared = apr_hash_make(pool);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  ~Opened() {
    if (handle != nullptr) apr_dbd_close(driver, handle);
    apr_pool_destroy(pool);
  }
};

Result<bool> StateDatabase::load_driver(const std::string& driver) {
  if (loaded_driver(driver) == nullptr) return missing(driver);
  return true;
}

Result<StateDatabase> StateDatabase::open(const std::string& driver,
                                          const std::string& parameters) {
  auto opened = std::make_shared<Opened>();
  opened->driver = loaded_driver(driver);
  if (opened->driver == nullptr) return missing(driver);
  const char* error = nullptr;
  if (apr_dbd_open_ex(opened->driver, opened->pool, parameters.c_str(), &opened->handle, &error) !=
      APR_SUCCESS) {
    opened->handle = nullptr;
    const std::string text = error != nullptr ? error : "no reason given";
    return Error{text.substr(0, text.find('\n'))};
  }
  return StateDatabase(std::move(opened));
}

Result<StateDatabase> StateDatabase::open_sqlite(const std::string& path) {
  struct stat before {};
  if (::lstat(path.c_str(), &before) != 0) return os_error("\"" + path + "\"");
  // "./": a name of its own may mean something else to SQLite.
  auto database = open("sqlite3", path.front() == '/' ? path : "./" + path);
  if (!database) return Error{"\"" + path + "\": " + database.error()};
  database->opened_->path = path;
  database->opened_->file = before;
  // SQLite would have made one that others can read.
  if (!database->is_in_place()) return Error{"\"" + path + "\" was replaced just now"};
  auto connection = StateConnection::on(database->connection());
  if (!connection) return Error{connection.error()};
  // Processes that wait for each other by apr_dbd_sqlite3's pauses alone do so in step, and
  // some of them in vain. Not longer: whoever else in the process uses SQLite by apr_dbd
  // stands still meanwhile.
  if (auto set = connection->run("PRAGMA busy_timeout = 150"); !set) return Error{set.error()};
  return database;
}

DbdConnection StateDatabase::connection() const noexcept {
  return {opened_->driver, opened_->handle, opened_->prepared, opened_->pool};
}

bool StateDatabase::is_in_place() const noexcept {
  struct stat now {};
  const struct stat& then = opened_->file;
  return ::lstat(opened_->path.c_str(), &now) == 0 && now.st_dev == then.st_dev &&
         now.st_ino == then.st_ino && now.st_mode == then.st_mode && now.st_uid == then.st_uid;
}

bool others_can_write_beside(const std::string& path, gid_t group) {
  const std::string folder = std::filesystem::path(path).parent_path();
  struct stat found {};
  if (::stat(folder.empty() ? "." : folder.c_str(), &found) != 0) return false;
  return (found.st_mode & S_IWOTH) != 0 ||
         ((found.st_mode & S_IWGRP) != 0 && found.st_gid != group && found.st_gid != 0);
}

Result<bool> check_state_file(const std::string& path, uid_t owner) {
  struct stat file {};
  if (::lstat(path.c_str(), &file) != 0) {
    if (errno == ENOENT) return false;
    return os_error("\"" + path + "\"");
  }
  if (!S_ISREG(file.st_mode)) return Error{"\"" + path + "\" is not a regular file"};
  if ((file.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return Error{"\"" + path + "\" can be used by group or others; give it mode 0600"};
  if (owner != static_cast<uid_t>(-1) && file.st_uid != owner)
    return Error{"\"" + path + "\" belongs to the user with the number " +
                 std::to_string(file.st_uid) + "; it must belong to the server's user"};
  return true;
}

Result<bool> prepare_state_file(const std::string& path) {
  const int fd =
      ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) {
    if (errno != EEXIST) return os_error("\"" + path + "\" cannot be created");
    return check_state_file(path, ::geteuid());
  }
  // Whatever the umask left of it.
  const bool done = ::fchmod(fd, S_IRUSR | S_IWUSR) == 0;
  const int error = errno;
  ::close(fd);
  if (done) return true;
  errno = error;
  return os_error("\"" + path + "\" cannot be made with mode 0600");
}

} // namespace polyauth
