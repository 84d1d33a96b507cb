// SPDX-License-Identifier: Apache-2.0
#include "tool/report/log_file.hpp"

#include "io/descriptor.hpp"
#include "io/file.hpp"
#include "tool/report/progress.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <sys/stat.h>

namespace polyauth::tool {

namespace {

constexpr unsigned kPiece = 1U << 17;

// Puts the lines together that the pieces cut.
class Lines {
public:
  Lines(std::size_t limit, const LineTaker& take) : limit_(limit), take_(take) {}

  void read(std::string_view piece) {
    for (;;) {
      const std::size_t end = piece.find('\n');
      if (end == std::string_view::npos) break;
      finish(piece.substr(0, end));
      piece.remove_prefix(end + 1);
    }
    keep(piece);
  }
  // The last line may lack its line feed.
  void finish() {
    if (!begun_.empty()) finish({});
  }

private:
  void keep(std::string_view part) {
    begun_ += part.substr(0, std::min(part.size(), limit_ + 1 - begun_.size()));
  }
  void finish(std::string_view rest) {
    ++number_;
    if (begun_.empty()) return take_(rest.substr(0, limit_ + 1), number_);
    keep(rest);
    take_(begun_, number_);
    begun_.clear();
  }

  std::size_t limit_;
  const LineTaker& take_;
  std::string begun_;
  std::size_t number_ = 0;
};

struct CloseGz {
  void operator()(gzFile_s* file) const noexcept { (void)::gzclose_r(file); }
};
using GzFile = std::unique_ptr<gzFile_s, CloseGz>;

Error failure(gzFile_s* file) {
  int code = Z_OK;
  const char* const text = ::gzerror(file, &code);
  return {"cannot be read: " + (code == Z_ERRNO ? errno_text(errno) : std::string(text))};
}

} // namespace

Result<bool> read_log(const std::string& path, std::size_t limit, const LineTaker& take) {
  Descriptor opened(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (opened.get() < 0) return Error{"cannot be read: " + errno_text(errno)};
  struct stat info {};
  if (::fstat(opened.get(), &info) != 0) return Error{"cannot be read: " + errno_text(errno)};
  // What zlib opens it closes; it reads what is not compressed as it is.
  const GzFile file(::gzdopen(opened.get(), "rb"));
  if (!file) return Error{"cannot be read: out of memory"};
  (void)opened.release();
  (void)::gzbuffer(file.get(), kPiece);

  Progress progress(path, S_ISREG(info.st_mode) ? static_cast<std::uint64_t>(info.st_size) : 0);
  Lines lines(limit, take);
  std::string piece(kPiece, '\0');
  for (;;) {
    const int got = ::gzread(file.get(), piece.data(), kPiece);
    if (got < 0) return failure(file.get());
    if (got == 0) break;
    lines.read(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
    progress.show(static_cast<std::uint64_t>(std::max<z_off_t>(::gzoffset(file.get()), 0)));
  }
  int code = Z_OK;
  (void)::gzerror(file.get(), &code);
  if (code == Z_BUF_ERROR) return Error{"cannot be read: the compressed file is cut short"};
  lines.finish();
  return true;
}

} // namespace polyauth::tool
