#include <thread>
#include <vector>

#include "queue/chunk_queue.hpp"
#include "run/ways.hpp"

namespace shmkit::run_ways {
namespace {

constexpr std::uint32_t kEpoch = 1;

/// What one ticket covers.
struct alignas(queue::kLine) Line {
  queue::Word words[queue::kLineWords];
};

void work(const job::Plan& plan, queue::ChunkQueue queue, queue::Owner me, std::byte* data,
          std::byte* partials) {
  queue::Cursor cursor;
  while (const auto chunk = queue.try_claim(me, kEpoch, cursor)) {
    job::execute(plan, *chunk, data + plan.partition.begin(*chunk) * plan.dtype.itemsize(), partials);
    queue.commit(*chunk, me, kEpoch);
  }
}

}  // namespace

void Threads::execute(const job::Plan& plan, std::byte* data, std::byte* partials, RunReport& /*report*/) {
  queue::Hints hints{};
  std::vector<Line> lines(plan.partition.chunks() / queue::kLineWords + 1);
  queue::ChunkQueue queue(hints, {lines.front().words, plan.partition.chunks()});
  queue.fill(kEpoch);
  std::vector<std::jthread> threads;
  for (std::uint32_t i = 0; i < workers_; ++i) {
    threads.emplace_back([&plan, queue, i, data, partials] { work(plan, queue, {i, 0}, data, partials); });
  }
}

}  // namespace shmkit::run_ways
