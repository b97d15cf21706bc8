#include <shmkit/map.hpp>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include <shmkit/error.hpp>
#include <shmkit/run.hpp>

#include "map/session.hpp"
#include "map/spool.hpp"
#include "os/capture.hpp"
#include "os/find_program.hpp"
#include "os/transfer.hpp"

namespace shmkit {
namespace {

constexpr unsigned kMostRetries = 30;
constexpr int kNoEntry = 2;

std::string variable_name(const std::string& constant) {
  std::string name = "SHMTOOL_" + constant;
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
  return name;
}

// What this process has, without what each command gets for itself, and with the constants.
std::vector<std::string> environment_of(const MapOptions& options) {
  std::vector<std::string> names = {"SHMTOOL_ITEM", "SHMTOOL_INDEX", "SHMTOOL_WORKER", "SHMTOOL_BEGIN",
                                    "SHMTOOL_END"};
  std::vector<std::string> ours;
  for (const auto& [constant, value] : options.constants) {
    names.push_back(variable_name(constant));
    ours.push_back(names.back() + "=" + value);
  }
  std::vector<std::string> all = os::environment_variables();
  std::erase_if(all, [&names](const std::string& variable) {
    return std::ranges::find(names, variable.substr(0, variable.find('='))) != names.end();
  });
  all.insert(all.end(), ours.begin(), ours.end());
  return all;
}

// Once, where it is the same for all: each look through PATH costs a system call per directory.
std::string locate(const std::optional<std::string>& program) {
  if (!program) return {};
  const os::Program found = os::find_program(*program);
  if (found.error == 0) return found.path;
  throw Error(found.error == kNoEntry ? Errc::usage : Errc::failed,
              fmt::format("cannot run '{}': {}", *program, std::generic_category().message(found.error)),
              "is the command in PATH and executable?");
}

std::vector<std::uint32_t> all_but(const std::vector<std::uint64_t>& done, std::uint64_t size) {
  std::vector<std::uint32_t> rest;
  auto next = done.begin();
  for (std::uint64_t index = 0; index < size; ++index) {
    if (next != done.end() && *next == index) {
      ++next;
    } else {
      rest.push_back(static_cast<std::uint32_t>(index));
    }
  }
  return rest;
}

std::vector<map::Scratch> make_scratch(std::uint32_t workers) try {
  const char* const folder = std::getenv("TMPDIR");
  const std::string path = folder == nullptr || *folder == '\0' ? "/tmp" : folder;
  std::vector<map::Scratch> scratch;
  for (std::uint32_t worker = 0; worker < workers; ++worker)
    scratch.push_back({os::make_scratch_file(path), os::make_scratch_file(path)});
  return scratch;
} catch (const Error& error) {
  throw map::scratch_error(error);
}

void check(const MapOptions& options) {
  if (options.retries > kMostRetries)
    throw Error(Errc::usage, fmt::format("{} retries are more than {}", options.retries, kMostRetries));
  if (options.workers > WorkerPool::kMaxWorkers)
    throw Error(Errc::usage,
                fmt::format("{} workers are more than {}", options.workers, WorkerPool::kMaxWorkers));
  if (options.resume && options.joblog.empty())
    throw Error(Errc::usage, "to resume needs a joblog", "it says what has been done");
}

}  // namespace

MapReport map_commands(const std::vector<std::string>& command, const MapItems& items,
                       const MapOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  check(options);
  const os::Inheritance inheritance;
  const os::ManyDescriptors many_descriptors;
  map::Job job{items, options, inheritance, {command, options.constants, items.are_chunks()}};
  job.program = locate(job.command.fixed_program());
  std::optional<map::Joblog> log;
  if (!options.joblog.empty()) log.emplace(options.joblog, items, options.resume);
  if (log && !log->done().empty()) job.pending = all_but(log->done(), items.size());
  MapReport report;
  report.items = items.size();
  report.skipped = log ? log->done().size() : 0;
  job.tasks = items.size() - report.skipped;
  const unsigned wanted = options.workers != 0 ? options.workers : default_workers().count;
  report.workers = static_cast<unsigned>(std::min<std::uint64_t>(wanted, job.tasks));
  if (job.tasks > 0) {
    job.environment = environment_of(options);
    job.input = os::open_source("/dev/null", "/dev/null");
    job.scratch = make_scratch(report.workers);
    map::Session(job, report.workers, log ? &*log : nullptr, report).run();
  }
  report.unfinished = report.items - report.skipped - report.done - report.failures.size();
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return report;
}

}  // namespace shmkit
