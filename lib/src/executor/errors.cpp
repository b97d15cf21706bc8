#include <string>
#include <utility>

#include <fmt/format.h>

#include <shmkit/future.hpp>

#include "os/process.hpp"

namespace shmkit {
namespace {

std::string end_of_worker(int signal, int exit_code) {
  return signal != 0 ? os::ExitStatus{true, signal}.text() : os::ExitStatus{false, exit_code}.text();
}

std::string give_up_message(unsigned attempts, int signal, int exit_code) {
  const std::string last = end_of_worker(signal, exit_code);
  if (attempts == 1) return fmt::format("the task was given up: its worker ended in it ({})", last);
  return fmt::format("the task was given up: {} workers ended in it, the last one: {}", attempts, last);
}

}  // namespace

RemoteError::RemoteError(Errc errc, std::string message, std::string hint, std::string type_name)
    : Error(errc, std::move(message), std::move(hint)), type_name_(std::move(type_name)) {}

WorkerDied::WorkerDied(unsigned attempts, int signal, int exit_code)
    : Error(Errc::chunks_failed, give_up_message(attempts, signal, exit_code),
            "if it is a crash: does the task use memory that was not shared before the pool was started?"),
      attempts_(attempts),
      signal_(signal),
      exit_code_(exit_code) {}

Cancelled::Cancelled() : Error(Errc::failed, "the task was cancelled before it began") {}

}  // namespace shmkit
