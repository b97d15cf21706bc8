#pragma once

#include <string>
#include <vector>

#include "map/job.hpp"
#include "os/command.hpp"

namespace shmkit::map {

/// Program, arguments and environment of one command after the other.
class Invocation {
 public:
  explicit Invocation(const Job& job) : job_(job) {}

  /// Fills in what belongs to this item. The pointers are good until the next call. Returns an errno: there
  /// is no such program; or 0.
  int prepare(const Fields& fields, os::Launch& launch);

 private:
  void set_environment(const Fields& fields);
  void add_variable(const char* name, const std::string& value);
  void point_at_texts();

  const Job& job_;
  std::string program_;
  std::vector<std::string> words_;
  std::vector<std::string> variables_;
  std::vector<char*> arguments_;
  std::vector<char*> environment_;
};

}  // namespace shmkit::map
