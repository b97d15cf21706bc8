// Workers between two queues, as with Python's multiprocessing: tasks go in, results come out, and a sentinel
// tells each worker to go home. One worker is killed in the middle of its work; another one does its task.
//
//     217 tasks, the sum of their cubes is 559464409; workers killed: 1

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <vector>

#include <shmkit/typed_queue.hpp>

namespace {

constexpr int kSentinel = -1;
constexpr int kWorkers = 3;
constexpr int kTasks = 217;

struct Result {
  int task;
  long long cube;
};

using Tasks = shmkit::TypedQueue<int>;
using Results = shmkit::TypedQueue<Result>;

void work(Tasks& tasks, Results& results, bool unlucky) {
  for (;;) {
    const auto task = tasks.get();
    if (*task == kSentinel) return tasks.task_done();
    if (unlucky) ::raise(SIGKILL);
    results.put({*task, static_cast<long long>(*task) * *task * *task});
    tasks.task_done();  // From here on nobody does it again.
  }
}

pid_t start_worker(Tasks& tasks, Results& results, bool unlucky) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  work(tasks, results, unlucky);
  ::_exit(0);
}

// A task may be done twice, when its worker dies between its result and task_done: so results have a number.
long long collect(Results& results) {
  std::vector<bool> seen(kTasks + 1);
  long long sum = 0;
  for (int missing = kTasks; missing > 0;) {
    const auto result = results.get();
    results.task_done();
    if (seen[static_cast<std::size_t>(result->task)]) continue;
    seen[static_cast<std::size_t>(result->task)] = true;
    sum += result->cube;
    --missing;
  }
  return sum;
}

}  // namespace

int main() {
  Tasks tasks = Tasks::anonymous({.capacity = 64, .participants = kWorkers + 1});
  Results results = Results::anonymous({.capacity = 256, .participants = kWorkers + 1});
  std::vector<pid_t> workers;
  for (int i = 0; i < kWorkers; ++i) workers.push_back(start_worker(tasks, results, i == 0));

  for (int task = 1; task <= kTasks; ++task) tasks.put(task);
  const long long sum = collect(results);
  if (!tasks.join()) return 1;  // All of them, whoever died.
  for (int i = 0; i < kWorkers; ++i) tasks.put(kSentinel);

  int killed = 0;
  for (const pid_t worker : workers) {
    int status = 0;
    ::waitpid(worker, &status, 0);
    killed += WIFSIGNALED(status) ? 1 : 0;
  }
  std::cout << kTasks << " tasks, the sum of their cubes is " << sum << "; workers killed: " << killed
            << '\n';
  return 0;
}
