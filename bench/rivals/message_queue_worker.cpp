#include <sys/prctl.h>
#include <unistd.h>

#include <boost/interprocess/ipc/message_queue.hpp>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

// A job as one builds it on Boost.Interprocess's message_queue, for kill_test.py to disturb.
//
//     message_queue_worker TASKS WORKERS MICROSECONDS_PER_TASK
//
// The producer puts the indices 0 .. TASKS-1 into a queue; forked workers take them, work on each for a
// while, and send its square back through another. Prints "ready", waits for a line, runs the job, prints the
// sum of the squares.
namespace {

namespace bip = boost::interprocess;

class Queue {
 public:
  explicit Queue(std::uint64_t capacity)
      : name_("kill-test-" + std::to_string(::getpid())),
        queue_(bip::create_only, name_.c_str(), capacity, sizeof(std::uint64_t)) {
    bip::message_queue::remove(name_.c_str());  // The workers inherit the mapping.
  }

  void send(std::uint64_t value) { queue_.send(&value, sizeof value, 0); }
  std::uint64_t receive() {
    std::uint64_t value = 0;
    bip::message_queue::size_type size = 0;
    unsigned priority = 0;
    queue_.receive(&value, sizeof value, size, priority);
    return value;
  }

 private:
  std::string name_;
  bip::message_queue queue_;
};

struct Job {
  std::uint64_t tasks = 0;
  std::uint64_t workers = 0;
  std::uint64_t microseconds = 0;
};

[[noreturn]] void work(const Job& job, Queue& tasks, Queue& results) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (;;) {
    const std::uint64_t index = tasks.receive();
    std::this_thread::sleep_for(std::chrono::microseconds(job.microseconds));
    results.send(index * index);
  }
}

std::uint64_t run(const Job& job, Queue& tasks, Queue& results) {
  for (std::uint64_t index = 0; index < job.tasks; ++index) tasks.send(index);
  std::uint64_t sum = 0;
  for (std::uint64_t index = 0; index < job.tasks; ++index) sum += results.receive();
  return sum;
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  if (words.size() != 3) {
    std::cerr << "usage: message_queue_worker TASKS WORKERS MICROSECONDS_PER_TASK\n";
    return 2;
  }
  const Job job{number(words[0]), number(words[1]), number(words[2])};
  Queue tasks(job.tasks);
  Queue results(job.tasks);
  for (std::uint64_t i = 0; i < job.workers; ++i) {
    const pid_t pid = ::fork();
    if (pid < 0) return 1;
    if (pid == 0) work(job, tasks, results);
  }
  std::cout << "ready" << std::endl;
  std::string go;
  std::getline(std::cin, go);
  std::cout << run(job, tasks, results) << std::endl;
}
