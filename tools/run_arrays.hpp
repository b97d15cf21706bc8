#pragma once

#include <deque>
#include <optional>

#include <shmkit/run.hpp>

#include "command_line.hpp"

namespace shmkit::tool {

/// The arrays of a `run`: those that its words name, attached, and the one that it makes.
class RunArrays {
 public:
  /// Throws Error: names that are none, and whatever attaching says.
  RunArrays(const KernelInfo& kernel, const Words& names, const CommandLine& line, RunOptions& options);

  /// What the library gets. Makes the output, without a name yet.
  JobArrays prepare(const KernelInfo& kernel, const RunOptions& options);
  /// Gives the output its name, if it is to have one.
  void publish();

  const std::deque<AnyArray>& inputs() const noexcept { return inputs_; }
  /// The output; null if there is none.
  const AnyArray* output() const noexcept;
  bool output_is_named() const noexcept { return out_name_.has_value(); }

 private:
  std::deque<AnyArray> inputs_;
  std::optional<Name> out_name_;
  bool replace_ = false;
  std::optional<ArrayDraft> draft_;
  std::optional<AnyArray> published_;
};

void add_array_options(CommandLine& line);

}  // namespace shmkit::tool
