#pragma once

#include <string>

#include <shmkit/run.hpp>

namespace shmkit::tool {

/// A file for the timeline of a job, in the Trace Event Format that Perfetto and chrome://tracing open. It
/// appears when it is complete; an existing one is replaced then. docs/trace.md says what is in it.
class TraceFile {
 public:
  /// Makes sure that it can be written, before the job runs. Throws Error: usage ("-": standard output has
  /// the answer), failed (the directory; what is there is no regular file).
  explicit TraceFile(const std::string& file);

  /// Throws Error: no_space, failed; then the file is what it was.
  void write(const RunReport& report) const;

 private:
  std::string file_;
  std::string path_;  // What it leads to, if it is a symbolic link.
};

}  // namespace shmkit::tool
