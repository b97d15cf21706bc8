#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <string>

#include "pool/fixture.hpp"
#include "queue/fault_point.hpp"

namespace shmkit::test {

/// A second set of books, kept at the fault points and compared with nothing that the product says: who holds
/// which chunk, and how often it was committed. For one client at a time.
class Ghost {
 public:
  static constexpr std::size_t kMostChunks = 32;

  /// A job begins: what is leased from now on is of this job. Checks one that was long ago, when everybody
  /// who had a part in it has said so.
  void begin_job(std::uint64_t chunks) {
    const std::uint64_t job = ++books_->job;
    if (job > kOld) audit(job - kOld);
    books_->rows[job % kRows].chunks = chunks;
  }
  /// Requires: all workers have ended.
  void audit_all() {
    const std::uint64_t last = books_->job;
    for (std::uint64_t job = last > kOld ? last - kOld + 1 : 1; job <= last; ++job) audit(job);
  }

  std::uint64_t audited() const { return audited_; }
  std::uint64_t commits() const { return commits_; }

  void enter(queue::FaultPoint point, std::uint64_t chunk) {
    if (chunk >= kMostChunks) return;
    if (point == queue::FaultPoint::leased) lease(chunk);
    if (point == queue::FaultPoint::executed && row().holders[chunk] != me_) ++books_->intruders;
    if (point == queue::FaultPoint::committed) ++row().commits[chunk];
  }

 private:
  static constexpr std::uint64_t kRows = 4096;
  static constexpr std::uint64_t kOld = kRows / 2;

  struct Row {
    std::uint64_t chunks = 0;
    std::array<std::atomic<std::uint64_t>, kMostChunks> holders{};
    std::array<std::atomic<std::uint8_t>, kMostChunks> commits{};
  };
  struct Books {
    std::atomic<std::uint64_t> job{0};
    std::atomic<int> intruders{0};
    std::array<Row, kRows> rows{};
  };

  Row& row() { return books_->rows[my_job_ % kRows]; }

  // Whoever had it before must be reaped: not even a zombie.
  void lease(std::uint64_t chunk) {
    my_job_ = books_->job;
    me_ = (std::uint64_t{static_cast<std::uint32_t>(::getpid())} << 32U) | ticks_now();
    const std::uint64_t before = row().holders[chunk].exchange(me_);
    if (before != 0 && lives(before)) ++books_->intruders;
  }

  void audit(std::uint64_t job) {
    Row& old = books_->rows[job % kRows];
    for (std::uint64_t chunk = 0; chunk < old.chunks; ++chunk) {
      const int commits = old.commits[chunk];
      EXPECT_EQ(commits, 1) << "chunk " << chunk << " of job " << job;
      commits_ += static_cast<std::uint64_t>(commits);
      old.commits[chunk] = 0;
      old.holders[chunk] = 0;
    }
    EXPECT_EQ(books_->intruders, 0) << "two had the same chunk at a time";
    old.chunks = 0;
    ++audited_;
  }

  // In the unit of /proc/PID/stat.
  static std::uint32_t ticks_now() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<std::uint32_t>(now.tv_sec * 100 + now.tv_nsec / 10'000'000);
  }

  // Pids are used again: one that was born after the lease is somebody else.
  static bool lives(std::uint64_t holder) {
    std::ifstream in("/proc/" + std::to_string(holder >> 32U) + "/stat");
    std::string text;
    if (!std::getline(in, text)) return false;
    std::size_t at = text.rfind(')') + 2;
    for (int field = 3; field < 22; ++field) at = text.find(' ', at) + 1;
    return std::stoull(text.substr(at)) <= static_cast<std::uint32_t>(holder);
  }

  SharedPage<Books> books_;
  std::uint64_t my_job_ = 0;  // Of this process.
  std::uint64_t me_ = 0;
  std::uint64_t audited_ = 0;
  std::uint64_t commits_ = 0;
};

}  // namespace shmkit::test
