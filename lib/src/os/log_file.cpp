#include "os/log_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "os/errors.hpp"
#include "os/file.hpp"

namespace shmkit::os {

LogFile::LogFile(const std::string& path)
    : path_(path), fd_(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666)) {
  if (!fd_) throw_errno(errno, "open", path_);
  if (!status(fd_, path_).regular)
    throw Error(Errc::usage, fmt::format("'{}' is not an ordinary file", path_), "lines are appended to it");
}

std::string LogFile::contents() const {
  std::string text(status(fd_, path_).size, '\0');
  text.resize(read_at(fd_, std::as_writable_bytes(std::span(text)), 0, path_));
  return text;
}

void LogFile::cut(std::uint64_t size) {
  if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) throw_errno(errno, "write", path_);
}

void LogFile::append(std::string_view lines) {
  while (!lines.empty()) {
    const auto put = ::write(fd_.get(), lines.data(), lines.size());
    if (put >= 0) {
      lines.remove_prefix(static_cast<std::size_t>(put));
    } else if (errno != EINTR) {
      throw_errno(errno, "write", path_);
    }
  }
}

}  // namespace shmkit::os
