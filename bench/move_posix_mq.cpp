#include <mqueue.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string>

#include <fcntl.h>

#include "move.hpp"

// Through a POSIX message queue, in messages that are as long, and as many in it, as everybody may have.
namespace {

using namespace shmkit;

// The default where /proc does not say; no more than what Inbox has room for behind the last message.
std::size_t message_bytes() {
  constexpr std::size_t kMost = std::size_t{1} << 16U;
  std::size_t allowed = 8192;
  std::ifstream("/proc/sys/fs/mqueue/msgsize_max") >> allowed;
  return std::min(allowed, kMost);
}

class PosixMessages {
 public:
  PosixMessages() {
    const std::string name = "/shmkit-bench-move-" + std::to_string(::getpid());
    mq_attr attributes{};
    attributes.mq_maxmsg = 10;
    attributes.mq_msgsize = static_cast<long>(size_);
    queue_ = ::mq_open(name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600, &attributes);
    if (queue_ == -1) throw std::system_error(errno, std::generic_category(), "mq_open");
    ::mq_unlink(name.c_str());
  }
  ~PosixMessages() { ::mq_close(queue_); }
  PosixMessages(const PosixMessages&) = delete;
  PosixMessages& operator=(const PosixMessages&) = delete;

  void send(const bench::Parcel& parcel) {
    for (std::uint64_t done = 0; done < parcel.bytes; done += size_) {
      const auto* from = reinterpret_cast<const char*>(parcel.from + done);
      if (::mq_send(queue_, from, std::min<std::uint64_t>(size_, parcel.bytes - done), 0) != 0)
        throw std::system_error(errno, std::generic_category(), "mq_send");
    }
  }
  int receive(const bench::Parcel& parcel, std::byte* to) {
    for (std::uint64_t done = 0; done < parcel.bytes;) {
      const auto got = ::mq_receive(queue_, reinterpret_cast<char*>(to + done), size_, nullptr);
      if (got < 0) return errno;
      done += static_cast<std::uint64_t>(got);
    }
    return 0;
  }

 private:
  std::size_t size_ = message_bytes();
  mqd_t queue_ = -1;
};

const bool kAdded = [] {
  bench::add_move("posix_mq", bench::Pace::bounded, bench::carry<PosixMessages>);
  return true;
}();

}  // namespace
