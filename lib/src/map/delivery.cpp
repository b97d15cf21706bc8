#include "map/delivery.hpp"

#include <utility>

namespace shmkit::map {

Delivery::Delivery(const Job& job, MapMemory memory, Joblog* log)
    : job_(job),
      memory_(memory),
      log_(log),
      printer_(job.options.output, job.options.error, job.options.before_output) {}

void Delivery::add(std::uint32_t worker, const Result& result, std::string line) {
  const bool silent = result.output.size == 0 && result.error.size == 0;
  if (silent || line.empty()) {
    memory_.desk(worker).printed.fetch_add(1, std::memory_order_release);
    add_line(result.task, std::move(line));
  } else {
    add(result.task, {worker, result.output, result.error, std::move(line)});
  }
}

// There is no output that it would have to wait for.
void Delivery::add_line(std::uint64_t task, std::string line) {
  lines_ += line;
  add(task, {});
}

void Delivery::add(std::uint64_t task, Parcel parcel) {
  if (!job_.options.keep_order) return deliver(parcel);
  waiting_.emplace(task, std::move(parcel));
  for (auto first = waiting_.begin(); first != waiting_.end() && first->first == next_;
       first = waiting_.erase(first)) {
    deliver(first->second);
    ++next_;
  }
}

void Delivery::deliver(Parcel& parcel) {
  if (!parcel.worker) return;
  const Scratch& scratch = job_.scratch[*parcel.worker];
  printer_.print_output(scratch.output, parcel.output);
  printer_.print_error(scratch.error, parcel.error);
  // Release: "the session has read these outputs".
  memory_.desk(*parcel.worker).printed.fetch_add(1, std::memory_order_release);
  lines_ += parcel.line;
}

void Delivery::flush() {
  if (printer_.flush() && log_ != nullptr && !lines_.empty()) log_->append(lines_);
  lines_.clear();
}

void Delivery::wait_no_longer() {
  for (auto& [task, parcel] : waiting_) deliver(parcel);
  waiting_.clear();
}

}  // namespace shmkit::map
