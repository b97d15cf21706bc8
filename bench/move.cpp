#include "move.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

// What does it cost to get N bytes to another process? The rivals are in move_*.cpp: each with the time until
// a child has them all in memory of its own, and has said so.
namespace shmkit::bench {
namespace {

constexpr std::uint64_t kSmallest = std::uint64_t{1} << 10U;
constexpr std::uint64_t kLargest = std::uint64_t{1} << 30U;
constexpr std::uint64_t kSlack = std::uint64_t{1}
                                 << 16U;  // Messages may be longer than what is left to read.
constexpr std::uint64_t kPerRepetition = std::uint64_t{1} << 28U;
constexpr std::uint64_t kBounded = std::uint64_t{1} << 24U;

}  // namespace

Payload::Payload(std::uint64_t bytes) : bytes_(bytes) {
  for (std::size_t i = 0; i < bytes; ++i) bytes_[i] = static_cast<std::byte>(i * 131 + (i >> 8U));
}

Inbox& Inbox::get() {
  static Inbox inbox;
  return inbox;
}

Inbox::Inbox() {
  void* data = ::mmap(nullptr, kLargest + kSlack, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  require(data != MAP_FAILED, "mmap");
  data_ = static_cast<std::byte*>(data);
}

Inbox::~Inbox() { ::munmap(data_, kLargest + kSlack); }

void Inbox::clear(std::uint64_t bytes) noexcept { std::memset(data_, 0, bytes); }

bool Inbox::holds(std::span<const std::byte> bytes) const noexcept {
  return std::memcmp(data_, bytes.data(), bytes.size()) == 0;
}

void add_move(const std::string& subject, Pace pace,
              const std::function<void(benchmark::State&, std::uint64_t)>& move) {
  for (std::uint64_t bytes = kSmallest; bytes <= kLargest; bytes *= 4) {
    const std::string name = "move/" + subject + "/" + std::to_string(bytes);
    auto* added =
        benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) { move(state, bytes); });
    added->UseRealTime()->Unit(benchmark::kMicrosecond);
    if (pace == Pace::bounded && bytes >= kBounded)
      added->Iterations(
          static_cast<benchmark::IterationCount>(std::max(kPerRepetition / bytes, std::uint64_t{1})));
  }
}

}  // namespace shmkit::bench
