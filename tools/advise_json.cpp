#include "advise_json.hpp"

#include "advise_words.hpp"

namespace shmkit::tool {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json json_of(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json json_of(const WayTimes& times) {
  return {{"predicted", json_of(times.predicted)}, {"measured", json_of(times.measured)}};
}

Json json_of(const PerWorker& seconds) { return {{"first", seconds.first}, {"further", seconds.further}}; }

Json costs_json(const Costs& costs) {
  return {{"cpus", costs.cpus},
          {"cpus_reason", costs.cpus_reason},
          {"workers", costs.workers},
          {"start", json_of(costs.start)},
          {"end", json_of(costs.end)},
          {"round_trip", json_of(costs.round_trip)},
          {"attach", costs.attach},
          {"touch_rate", costs.touch_rate},
          {"fresh_rate", costs.fresh_rate},
          {"chunk", costs.chunk},
          {"copy_start", json_of(costs.copy_start)},
          {"copy_rate", costs.copy_rate},
          {"memory_one", costs.memory_one},
          {"memory_all", costs.memory_all},
          {"memory_sample", costs.memory_sample},
          {"cache", costs.cache}};
}

Json times_json(const Advice& advice) {
  auto list = Json::array();
  for (const WorkerTimes& times : advice.times) {
    list.push_back({{"workers", times.workers},
                    {"ephemeral", json_of(times.ephemeral)},
                    {"pooled", json_of(times.pooled)},
                    {"copied", json_of(times.copied)}});
  }
  return list;
}

Json dtype_json(const Advice& advice) {
  return advice.kind == KernelKind::compute ? Json(nullptr) : Json(advice.dtype.name());
}

Json break_even_json(const Advice& advice) {
  return {{"ephemeral", json_of(advice.break_even_ephemeral)}, {"pooled", json_of(advice.break_even_pooled)}};
}

Json advice_json(const AdviseReport& report) {
  if (!report.advice) return nullptr;
  const Advice& advice = *report.advice;
  return {{"kernel", advice.kernel},
          {"name", report.name.empty() ? Json(nullptr) : Json(report.name)},
          {"dtype", dtype_json(advice)},
          {"size", json_of(advice.size)},
          {"verdict", verdict_name(advice.verdict)},
          {"text", verdict_text(advice, report.costs)},
          {"workers", advice.workers},
          {"gain", advice.gain},
          {"gain_ephemeral", advice.gain_ephemeral},
          {"memory_bound", advice.memory_bound},
          {"chunks", advice.chunks},
          {"default_chunks", advice.default_chunks},
          {"serial", json_of(advice.serial)},
          {"serial_new", advice.serial_new},
          {"times", times_json(advice)},
          {"break_even", break_even_json(advice)},
          {"sample", advice.sample},
          {"busy", advice.busy},
          {"at_least", advice.at_least}};
}

}  // namespace

nlohmann::ordered_json advise_json(const AdviseReport& report) {
  auto typical = Json::array();
  for (const Advice& advice : report.typical)
    typical.push_back(
        {{"kernel", advice.kernel}, {"dtype", dtype_json(advice)}, {"break_even", break_even_json(advice)}});
  return {{"schema", "shmkit.advise/1"},
          {"workers_reason", report.workers_reason},
          {"advice", advice_json(report)},
          {"typical", typical},
          {"costs", costs_json(report.costs)}};
}

}  // namespace shmkit::tool
