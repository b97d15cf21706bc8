#pragma once

#include <cstdint>
#include <vector>

namespace shmkit::os {

/// The code that this process has at one moment, and that its later children have too: of the program and of
/// the shared libraries that were loaded.
///
/// While it lives, none of those libraries is unloaded: an address that was code of one cannot become code of
/// another.
class LoadedCode {
 public:
  LoadedCode();
  ~LoadedCode();
  LoadedCode(const LoadedCode&) = delete;
  LoadedCode& operator=(const LoadedCode&) = delete;

  bool has(const void* code) const noexcept;

 private:
  struct Range {
    std::uintptr_t begin;
    std::uintptr_t end;
  };

  std::vector<Range> ranges_;  // The program's first.
  std::vector<void*> libraries_;
};

}  // namespace shmkit::os
