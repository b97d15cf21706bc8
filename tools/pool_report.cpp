#include "pool_report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "format/printable.hpp"
#include "table.hpp"

namespace shmkit::tool {
namespace {

std::ptrdiff_t count_busy(const PoolStatus& status) {
  return std::ranges::count_if(status.workers, [](const auto& worker) { return worker.state == "busy"; });
}

std::ptrdiff_t count_living(const PoolStatus& status) {
  return std::ranges::count_if(status.workers, [](const auto& worker) { return worker.state != "vacant"; });
}

nlohmann::ordered_json workers_json(const PoolStatus& status) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& worker : status.workers) {
    nlohmann::ordered_json entry = {{"pid", nullptr},
                                    {"state", worker.state},
                                    {"chunks", worker.executed},
                                    {"progress", worker.progress}};
    if (worker.pid != 0) entry["pid"] = worker.pid;
    list.push_back(entry);
  }
  return list;
}

nlohmann::ordered_json jobs_json(const PoolStatus& status) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& job : status.jobs) {
    list.push_back({{"client", {{"pid", job.client_pid}}},
                    {"state", job.state},
                    {"kernel", job.kernel},
                    {"array", job.array},
                    {"chunks", job.chunks},
                    {"done", job.done}});
  }
  return list;
}

std::string workers_text(const PoolStatus& status) {
  Table table({{"WORKER", Align::right}, {"STATE"}, {"CHUNKS", Align::right}});
  for (const auto& worker : status.workers) {
    const std::string pid = worker.pid == 0 ? "-" : fmt::format("{}", worker.pid);
    table.add({pid, std::string(worker.state), fmt::format("{}", worker.executed)});
  }
  return table.text();
}

std::string jobs_text(const PoolStatus& status) {
  if (status.jobs.empty()) return {};
  Table table({{"CLIENT", Align::right}, {"STATE"}, {"KERNEL"}, {"ARRAY"}, {"DONE", Align::right}});
  for (const auto& job : status.jobs) {
    const std::string done = job.chunks == 0 ? "" : fmt::format("{}/{}", job.done, job.chunks);
    table.add(
        {fmt::format("{}", job.client_pid), std::string(job.state), job.kernel, printable(job.array), done});
  }
  return "\n" + table.text();
}

}  // namespace

nlohmann::ordered_json started_json(const PoolInfo& info, const std::string& workers_reason) {
  return {{"schema", "shmkit.pool_start/1"},
          {"name", info.name},
          {"workers", info.workers},
          {"workers_reason", workers_reason},
          {"supervisor", {{"pid", info.supervisor_pid}}}};
}

nlohmann::ordered_json status_json(const PoolStatus& status) {
  return {{"schema", "shmkit.pool_status/1"},
          {"name", status.name},
          {"state", status.state},
          {"supervisor", {{"pid", status.supervisor_pid}}},
          {"started", status.started},
          {"workers", workers_json(status)},
          {"deaths", status.deaths},
          {"jobs_done", status.jobs_done},
          {"jobs", jobs_json(status)}};
}

nlohmann::ordered_json list_json(const std::vector<PoolStatus>& pools) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& pool : pools) list.push_back(status_json(pool));
  return {{"schema", "shmkit.pool_list/1"}, {"pools", list}};
}

std::string status_text(const PoolStatus& status) {
  const auto living = count_living(status);
  return fmt::format("pool {}: {}, supervisor {}, {} of {} workers, {} deaths, {} jobs done\n\n{}{}",
                     printable(status.name), status.state, status.supervisor_pid, living,
                     status.workers.size(), status.deaths, status.jobs_done, workers_text(status),
                     jobs_text(status));
}

std::string list_text(const std::vector<PoolStatus>& pools) {
  Table table({{"NAME"},
               {"STATE"},
               {"WORKERS", Align::right},
               {"BUSY", Align::right},
               {"CLIENTS", Align::right},
               {"DEATHS", Align::right},
               {"SUPERVISOR", Align::right}});
  for (const auto& pool : pools) {
    table.add({printable(pool.name), std::string(pool.state), fmt::format("{}", count_living(pool)),
               fmt::format("{}", count_busy(pool)), fmt::format("{}", pool.jobs.size()),
               fmt::format("{}", pool.deaths), fmt::format("{}", pool.supervisor_pid)});
  }
  return table.text();
}

}  // namespace shmkit::tool
