#pragma once

#include <unistd.h>

#include <array>
#include <cerrno>

#include "move.hpp"

namespace shmkit::bench {

/// Bytes through a pair of descriptors: whatever is read comes in the order in which it was written.
class ByteStream {
 public:
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  void send(const Parcel& parcel) {
    for (std::uint64_t done = 0; done < parcel.bytes;) {
      const auto put = ::write(out(), parcel.from + done, parcel.bytes - done);
      if (put <= 0) throw std::system_error(errno, std::generic_category(), "write");
      done += static_cast<std::uint64_t>(put);
    }
  }
  int receive(const Parcel& parcel, std::byte* to) {
    for (std::uint64_t done = 0; done < parcel.bytes;) {
      const auto got = ::read(in(), to + done, parcel.bytes - done);
      if (got <= 0) return got == 0 ? EPIPE : errno;
      done += static_cast<std::uint64_t>(got);
    }
    return 0;
  }

 protected:
  /// `ends`: where to read, and where to write.
  explicit ByteStream(std::array<int, 2> ends) : ends_(ends) {}
  ~ByteStream() {
    ::close(in());
    ::close(out());
  }

  int in() const noexcept { return ends_[0]; }
  int out() const noexcept { return ends_[1]; }

 private:
  std::array<int, 2> ends_;
};

}  // namespace shmkit::bench
