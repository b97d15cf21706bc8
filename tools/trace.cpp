#include "trace.hpp"

#include <fcntl.h>
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

/// A file that gets its name when it is complete. Until then it has none, and the kernel frees it when we are
/// killed. Where the file system gives no such files, or /proc is missing, a hidden name in the same
/// directory stands in, which a signal leaves behind; so does one between the two steps of a replacement.
class Draft {
 public:
  Draft(const std::string& file, const std::string& path)
      : file_(file), path_(path), directory_(fs::path(path).parent_path().string()) {
    if (::access("/proc/self/fd", X_OK) == 0)
      fd_ = ::open(directory_.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (fd_ < 0) open_hidden();
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (!name_.empty()) ::unlink(name_.c_str());
    ::close(fd_);
  }

  void put(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= kBuffer) flush();
  }

  void publish() {
    flush();
    require(::fchmod(fd_, mode_for(path_)) == 0);
    require(::fsync(fd_) == 0);
    if (!name_.empty() || !link_to(path_)) replace();
    const int directory = ::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return;  // One that must not be read: its owner chose not to know.
    ::fsync(directory);
    ::close(directory);
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

  void open_hidden() {
    std::string name = hidden("XXXXXX");
    fd_ = ::mkstemp(name.data());
    require(fd_ >= 0);
    name_ = name;
  }

  // Not of the length of the name, which may be the longest possible.
  std::string hidden(std::string_view end) const {
    return fmt::format("{}/.shmkit-trace-{}", directory_, end);
  }

  // False: errno says why; nothing is ever replaced.
  bool link_to(const std::string& target) const {
    const std::string source = fmt::format("/proc/self/fd/{}", fd_);
    return ::linkat(AT_FDCWD, source.c_str(), AT_FDCWD, target.c_str(), AT_SYMLINK_FOLLOW) == 0;
  }

  // link(2) cannot replace, and rename(2) needs a name.
  void replace() {
    for (unsigned i = 0; name_.empty(); ++i) {
      const std::string name = hidden(fmt::format("{}-{}", ::getpid(), i));
      if (link_to(name)) {
        name_ = name;
      } else {
        require(errno == EEXIST);
      }
    }
    require(::rename(name_.c_str(), path_.c_str()) == 0);
    name_.clear();
  }

  std::string file_;
  std::string path_;
  std::string directory_;
  std::string name_;  // Empty: there is none yet, or it is the right one.
  int fd_ = -1;
  std::string buffer_;
};

// The last of a chain of symbolic links, also where nothing is there yet.
fs::path followed(const std::string& file, std::error_code& error) {
  constexpr int kMostLinks = 40;  // As the kernel.
  fs::path path = fs::absolute(file, error);
  if (error) return path;  // There is no working directory.
  for (int i = 0; i < kMostLinks && !error && fs::is_symlink(fs::symlink_status(path, error)); ++i)
    path = path.parent_path() / fs::read_symlink(path, error);
  error.clear();
  return fs::weakly_canonical(path, error);
}

}  // namespace

TraceFile::TraceFile(const std::string& file) : file_(file) {
  if (file == "-" || file.empty()) {
    throw Error(Errc::usage, fmt::format("--trace '{}' is no file: standard output has the answer", file),
                "for instance --trace job.json");
  }
  std::error_code unreadable;
  const fs::file_status present = fs::status(file, unreadable);
  if (fs::exists(present) && !fs::is_regular_file(present))
    throw Error(Errc::failed, fmt::format("--trace '{}' is not a regular file", file), "name another one");
  const fs::path canonical = followed(file, unreadable);
  if (unreadable) refuse(file, "write", unreadable.value());
  path_ = canonical.string();
  const Draft probe(file_, path_);
}

void TraceFile::write(const RunReport& report) const {
  std::signal(SIGXFSZ, SIG_IGN);  // A file that would be longer than permitted is an error like others.
  Draft draft(file_, path_);
  write_events(report, [&draft](std::string_view text) { draft.put(text); });
  draft.publish();
}

}  // namespace shmkit::tool
