#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "map/job.hpp"
#include "map/joblog.hpp"
#include "map/printer.hpp"

namespace shmkit::map {

/// Brings what commands have left to where it belongs: outputs to the descriptors, in the order of the tasks
/// if that is wanted, and lines to the joblog, each when its output has been written.
class Delivery {
 public:
  /// `log` may be null.
  Delivery(const Job& job, MapMemory memory, Joblog* log);

  /// A result of a worker. `line` is for the joblog; empty: the output is not wanted.
  void add(std::uint32_t worker, const Result& result, std::string line);
  /// A task that has no result will not have one.
  void add_line(std::uint64_t task, std::string line);
  /// Writes what is due. Throws Error.
  void flush();
  /// What waits for others to come first is due now: they will not come.
  void wait_no_longer();

  void hurry() noexcept { printer_.hurry(); }
  bool reader_gone() const noexcept { return printer_.reader_gone(); }

 private:
  struct Parcel {
    std::optional<std::uint32_t> worker;  // None: there is no output.
    Extent output;
    Extent error;
    std::string line;
  };

  void add(std::uint64_t task, Parcel parcel);
  void deliver(Parcel& parcel);

  const Job& job_;
  MapMemory memory_;
  Joblog* log_;
  Printer printer_;
  std::map<std::uint64_t, Parcel> waiting_;  // With keep_order, by task.
  std::uint64_t next_ = 0;
  std::string lines_;
};

}  // namespace shmkit::map
