#include <shmkit/executor.hpp>

#include <fmt/format.h>

#include "executor/client.hpp"
#include "executor/process_home.hpp"
#include "executor/thread_home.hpp"
#include "pool/worker_limit.hpp"
#include "queue/lease_word.hpp"

namespace shmkit {
namespace {

using executor::Client;

unsigned checked_retries(unsigned retries) {
  constexpr unsigned kMost = queue::kMaxAttempt - 1;
  if (retries > kMost)
    throw Error(Errc::usage, fmt::format("{} retries are too many", retries),
                fmt::format("at most {}", kMost));
  return retries;
}

std::unique_ptr<Client> start_processes(unsigned workers, ExecutorOptions options) {
  return std::make_unique<Client>(std::make_unique<executor::ProcessHome>(pool::checked_workers(workers),
                                                                          checked_retries(options.retries)));
}

std::unique_ptr<Client> start_threads(unsigned workers, ExecutorOptions options) {
  checked_retries(options.retries);
  return std::make_unique<Client>(std::make_unique<executor::ThreadHome>(pool::checked_workers(workers)));
}

}  // namespace

Executor::Executor() noexcept = default;
Executor::~Executor() = default;
void Executor::adopt(std::unique_ptr<Client> client) noexcept { client_ = std::move(client); }

Client& Executor::client() const {
  if (client_ == nullptr) executor::throw_from_within();
  return *client_;
}

unsigned Executor::workers() const { return client().home().workers(); }

void Executor::require_code_at(const void* code) const { client().require_code(code); }
void Executor::post_task(detail::Invoke invoke, std::span<const std::byte> in, std::size_t count,
                         std::shared_ptr<detail::Task> task) {
  client().post(invoke, in, static_cast<std::uint32_t>(count), std::move(task));
}

void Executor::shutdown(Pending pending) noexcept {
  if (client_ != nullptr) client_->shutdown(pending == Pending::cancel);
}

// Long at first, so that the overhead is small, and short in the end, so that all workers end together;
// single calls where there are few.
std::size_t Executor::run_length(std::size_t left, std::size_t most) const {
  return std::clamp<std::size_t>(left / (4 * std::size_t{workers()}), 1, most);
}

ProcessExecutor::ProcessExecutor(unsigned workers, ExecutorOptions options) {
  adopt(start_processes(workers, options));
}

std::vector<int> ProcessExecutor::worker_pids() const {
  const pool::PoolMemory pool = client().home().memory().pool();
  std::vector<int> pids;
  for (std::uint32_t i = 0; i < pool.workers(); ++i) {
    const pool::WorkerSlot& worker = pool.worker(i);
    if (worker.state.load(std::memory_order_acquire) != pool::WorkerState::vacant)
      pids.push_back(static_cast<int>(worker.pid.load(std::memory_order_relaxed)));
  }
  return pids;
}

ThreadExecutor::ThreadExecutor(unsigned workers, ExecutorOptions options) {
  adopt(start_threads(workers, options));
}

void Executor::Batch::add(std::shared_ptr<detail::Task> task) {
  tasks_.push_back(std::move(task));
  while (!tasks_.empty() && tasks_.front()->done()) drop_front();
}

void Executor::Batch::finish() {
  while (!tasks_.empty()) {
    tasks_.front()->wait();
    drop_front();
  }
}

void Executor::Batch::drop_front() {
  const auto task = std::move(tasks_.front());
  tasks_.pop_front();
  task->rethrow();
}

Executor::Batch::~Batch() {
  for (const auto& task : tasks_) task->cancel();
  for (const auto& task : tasks_) task->wait();
}

}  // namespace shmkit
