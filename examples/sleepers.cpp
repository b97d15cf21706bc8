#include <shmkit/executor.hpp>

#include <chrono>
#include <ranges>
#include <thread>
#include <vector>

#include "comparison.hpp"

// Requests to a server that takes its time to answer: who only waits needs no CPU, and more workers than CPUs
// pay.
//
//     example_sleepers [REQUESTS] [WORKERS] [MILLISECONDS]
int main(int argc, char** argv) {
  const int requests = static_cast<int>(example::argument(argc, argv, 1, 20));
  const auto workers = static_cast<unsigned>(example::argument(argc, argv, 2, 10));
  const long milliseconds = example::argument(argc, argv, 3, 200);
  const auto ask = [milliseconds](int request) {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    return request + 1;
  };
  const auto all = std::views::iota(0, requests);

  std::printf("%d requests of %ld ms\n", requests, milliseconds);
  example::Comparison<std::vector<int>> comparison;
  comparison.way("one after the other", [&] {
    std::vector<int> answers;
    for (const int request : all) answers.push_back(ask(request));
    return answers;
  });
  comparison.way(std::to_string(workers) + " threads", [&] {
    shmkit::ThreadExecutor pool(workers);
    return pool.map(ask, all);
  });
  comparison.way(std::to_string(workers) + " processes", [&] {
    shmkit::ProcessExecutor pool(workers);
    return pool.map(ask, all);
  });
  for (int i = 0; i < requests; ++i)
    example::check(comparison.answer()[static_cast<std::size_t>(i)] == i + 1, "an answer");
  std::printf("%d answers. Waiting is shared among %u workers, however few CPUs there are.\n", requests,
              workers);
  return 0;
}
