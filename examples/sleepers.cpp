#include <shmkit/executor.hpp>

#include <chrono>
#include <thread>
#include <vector>

#include "comparison.hpp"

// Requests to a server that takes its time to answer: who only waits needs no CPU, and more workers than CPUs
// pay.
//
//     example_sleepers [REQUESTS] [WORKERS] [MILLISECONDS]
int main(int argc, char** argv) {
  const auto requests = static_cast<std::size_t>(example::argument(argc, argv, 1, 20));
  const auto workers = static_cast<unsigned>(example::argument(argc, argv, 2, 10));
  const long milliseconds = example::argument(argc, argv, 3, 200);
  const auto ask = [milliseconds](std::size_t request) {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    return request + 1;
  };

  std::printf("%zu requests of %ld ms\n", requests, milliseconds);
  example::Comparison<std::vector<std::size_t>> comparison;
  comparison.way("one after the other", [&] {
    std::vector<std::size_t> answers;
    for (std::size_t request = 0; request < requests; ++request) answers.push_back(ask(request));
    return answers;
  });
  comparison.way(std::to_string(workers) + " threads", [&] {
    shmkit::ThreadExecutor pool(workers);
    return pool.map(ask, requests);
  });
  comparison.way(std::to_string(workers) + " processes", [&] {
    shmkit::ProcessExecutor pool(workers);
    return pool.map(ask, requests);
  });
  for (std::size_t i = 0; i < requests; ++i) example::check(comparison.answer()[i] == i + 1, "an answer");
  std::printf("%zu answers. Waiting is shared among %u workers, however few CPUs there are.\n", requests,
              workers);
  return 0;
}
