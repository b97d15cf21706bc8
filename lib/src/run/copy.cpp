#include "run/copy.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <map>

#include <fmt/format.h>

#include "os/event.hpp"
#include "run/copy_line.hpp"
#include "run/stopwatch.hpp"

namespace shmkit::run_ways {

/// One job over the lines.
class Copy::Transfer {
 public:
  Transfer(Copy& copy, const job::Plan& plan, CopiedKernel kernel, std::byte* data, std::byte* partials,
           RunReport& report)
      : copy_(copy), plan_(plan), kernel_(kernel), data_(data), partials_(partials), report_(report) {
    for (std::uint64_t chunk = 0; chunk < plan.partition.chunks(); ++chunk) waiting_.push_back(chunk);
    for (const Line& line : copy_.lines_)
      watches_.emplace_back(plan_.traced, index_of(line), line.child.pid());
  }

  void run() {
    const os::NoSigpipe guard;
    for (open_ = waiting_.size(); open_ > 0;) {
      for (Line& line : copy_.lines_) feed(line);
      wait();
    }
  }

  std::vector<job::WorkerTrack> tracks() {
    for (Stopwatch& watch : watches_) watch.hand_over_to(tracks_);
    return std::move(tracks_);
  }

 private:
  unsigned index_of(const Line& line) const noexcept {
    return static_cast<unsigned>(&line - copy_.lines_.data());
  }

  void feed(Line& line) {
    if (!line.chunk && !waiting_.empty()) {
      assign(line, waiting_.front());
      waiting_.pop_front();
    }
    if (line.sending() && !line.push()) bury(line);
  }

  void assign(Line& line, std::uint64_t chunk) {
    const std::size_t itemsize = plan_.kernel->info.arrays == 0 ? 0 : DType(plan_.kinds[0]).itemsize();
    const std::uint64_t begin = plan_.partition.begin(chunk) * itemsize;
    const std::uint64_t end = plan_.partition.begin(chunk + 1) * itemsize;
    line.assign(chunk,
                {chunk, plan_.partition.size(), plan_.partition.chunks(), end - begin, kernel_, plan_.params},
                {data_ + begin, end - begin});
    Stopwatch& watch = watches_[index_of(line)];
    watch.asks();
    watch.begins(deaths_of(chunk) + 1);
  }

  void wait() {
    std::vector<os::Interest> interests;
    for (const Line& line : copy_.lines_) {
      if (!line.chunk) continue;
      interests.push_back({line.from_worker.get(), false});
      if (line.sending()) interests.push_back({line.to_worker.get(), true});
    }
    // Every line was just buried: they are fed again, or the last chunk was given up. Nobody would wake us.
    if (interests.empty()) return;
    // Collected first: a line that is started anew may get the descriptor numbers of the old one.
    const std::vector<int> ready = os::wait_for(interests);
    std::vector<Line*> answering;
    for (Line& line : copy_.lines_) {
      if (line.chunk && std::ranges::find(ready, line.from_worker.get()) != ready.end())
        answering.push_back(&line);
    }
    for (Line* line : answering) receive(*line);
  }

  void receive(Line& line) {
    CopyAnswer answer;
    partial_.resize(plan_.stride);
    const bool whole = os::read_all(line.from_worker, std::as_writable_bytes(std::span(&answer, 1))) &&
                       (answer.complaint.made || os::read_all(line.from_worker, partial_));
    if (!whole) return bury(line);
    watches_[index_of(line)].ends(answer.chunk, !answer.complaint.made);
    if (answer.complaint.made)
      give_up(answer.chunk, answer.complaint.text.data(), true);
    else
      std::ranges::copy(partial_, partials_ + answer.chunk * plan_.stride);
    line.chunk.reset();
    --open_;
  }

  void bury(Line& line) {
    line.child.kill();  // It may have closed a pipe without having ended.
    const os::ExitStatus status = line.child.reap();
    ++report_.deaths;
    const std::uint64_t chunk = line.chunk.value();
    line.chunk.reset();
    if (++attempts_[chunk] <= plan_.retries) {
      ++report_.retries;
      waiting_.push_front(chunk);
    } else {
      --open_;
      give_up(chunk, status.text(), false);
    }
    watches_[index_of(line)].dies(chunk, status.text());
    start_anew(line);
  }

  void start_anew(Line& line) {
    Stopwatch& watch = watches_[index_of(line)];
    watch.hand_over_to(tracks_);
    copy_.start(line);
    watch = Stopwatch(plan_.traced, index_of(line), line.child.pid());
    watch.starts();
  }

  void give_up(std::uint64_t chunk, const std::string& reason, bool complained) {
    report_.failures.push_back({chunk, plan_.partition.begin(chunk), plan_.partition.begin(chunk + 1),
                                std::max(attempts_[chunk], 1U), reason, complained});
  }

  unsigned deaths_of(std::uint64_t chunk) const {
    const auto found = attempts_.find(chunk);
    return found == attempts_.end() ? 0 : found->second;
  }

  Copy& copy_;
  const job::Plan& plan_;
  CopiedKernel kernel_;
  std::byte* data_;
  std::byte* partials_;
  RunReport& report_;
  std::deque<std::uint64_t> waiting_;
  std::uint64_t open_ = 0;  // Chunks that are neither done nor given up.
  std::map<std::uint64_t, unsigned> attempts_;
  std::vector<std::byte> partial_;
  std::vector<Stopwatch> watches_;        // Of the lines.
  std::vector<job::WorkerTrack> tracks_;  // Of workers that have died.
};

Copy::Copy(const job::Plan& plan, unsigned workers) : plan_(plan), lines_(workers) {
  for (Line& line : lines_) start(line);
}

// Closed pipes end the workers.
Copy::~Copy() {
  for (Line& line : lines_) {
    line.to_worker = os::Fd();
    line.from_worker = os::Fd();
    line.child.kill();
    if (line.child) line.child.reap();
  }
}

void Copy::start(Line& line) const {
  os::Pipe request = os::make_pipe();
  os::Pipe answer = os::make_pipe();
  line.child = os::Child::fork([&] {
    request.writer = os::Fd();  // Or its own copy would keep the pipe open for ever.
    copy_worker_main(plan_, request.reader, answer.writer);
  });
  os::set_nonblocking(request.writer);
  line.to_worker = std::move(request.writer);
  line.from_worker = std::move(answer.reader);
}

// Whoever died between two jobs costs no chunk a retry.
void Copy::replace_the_dead() {
  for (Line& line : lines_) {
    if (os::wait_readable(std::array{line.child.pidfd()}, std::chrono::milliseconds(0)).empty()) continue;
    line.child.reap();
    start(line);
  }
}

CopiedKernel Copy::which(const kernel::Kernel& kernel) const noexcept {
  if (&kernel == plan_.kernel) return CopiedKernel::own;
  return &kernel == plan_.kernel->exact ? CopiedKernel::exact : CopiedKernel::first;
}

void Copy::execute(const job::Plan& plan, const job::Bases& bases, std::byte* partials, RunReport& report) {
  replace_the_dead();
  report.pipe_bytes = os::pipe_capacity(lines_.front().to_worker);
  const std::int64_t begin = begin_pass(plan);
  Transfer transfer(*this, plan, which(*plan.kernel), bases.in[0], partials, report);
  transfer.run();
  finish_pass(report, plan, begin, transfer.tracks());
  std::ranges::sort(report.failures, {}, &ChunkFailure::index);  // As every other way has them.
}

}  // namespace shmkit::run_ways
