#include "trace.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "trace_events.hpp"

namespace shmkit::tool {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBuffer = std::size_t{1} << 20U;

[[noreturn]] void refuse(const std::string& file, std::string_view what, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  throw Error(full ? Errc::no_space : Errc::failed,
              fmt::format("cannot {} '{}': {}", what, file, std::strerror(error)),
              full ? "make room, or put --trace on another file system"
                   : "put --trace into a directory that you can write to");
}

mode_t mode_for(const std::string& path) {
  struct stat present {};
  if (::stat(path.c_str(), &present) == 0) return present.st_mode & 0777U;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666U & ~mask;
}

/// A file beside the one that it is to become; gone if it does not.
class Temporary {
 public:
  Temporary(const std::string& file, const std::string& path)
      : file_(file), path_(path), name_(path + ".XXXXXX") {
    fd_ = ::mkstemp(name_.data());
    if (fd_ < 0) refuse(file_, "write", errno);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (!name_.empty()) ::unlink(name_.c_str());
    if (fd_ >= 0) ::close(fd_);
  }

  void put(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= kBuffer) flush();
  }

  void publish() {
    flush();
    require(::fchmod(fd_, mode_for(path_)) == 0);
    require(::fsync(fd_) == 0);
    require(::rename(name_.c_str(), path_.c_str()) == 0);
    name_.clear();
  }

 private:
  void require(bool done) const {
    if (!done) refuse(file_, "write", errno);
  }

  void flush() {
    for (std::string_view rest = buffer_; !rest.empty();) {
      const ssize_t put = ::write(fd_, rest.data(), rest.size());
      require(put >= 0 || errno == EINTR);
      if (put > 0) rest.remove_prefix(static_cast<std::size_t>(put));
    }
    buffer_.clear();
  }

  std::string file_;
  std::string path_;
  std::string name_;
  int fd_ = -1;
  std::string buffer_;
};

}  // namespace

TraceFile::TraceFile(const std::string& file) : file_(file) {
  if (file == "-" || file.empty()) {
    throw Error(Errc::usage, fmt::format("--trace '{}' is no file: standard output has the answer", file),
                "for instance --trace job.json");
  }
  std::error_code unreadable;  // Making a temporary file reports it with its reason.
  const fs::file_status present = fs::status(file, unreadable);
  if (fs::exists(present) && !fs::is_regular_file(present))
    throw Error(Errc::failed, fmt::format("--trace '{}' is not a regular file", file), "name another one");
  const fs::path canonical = fs::weakly_canonical(fs::absolute(file), unreadable);
  path_ = unreadable ? file : canonical.string();
  const Temporary probe(file_, path_);
}

void TraceFile::write(const RunReport& report) const {
  std::signal(SIGXFSZ, SIG_IGN);  // A file that would be longer than permitted is an error like others.
  Temporary temporary(file_, path_);
  write_events(report, [&temporary](std::string_view text) { temporary.put(text); });
  temporary.publish();
}

}  // namespace shmkit::tool
