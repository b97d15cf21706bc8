#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <system_error>

#include "skip.hpp"

namespace shmkit::bench {

/// What is dear to make and belongs to `bytes`: T(bytes), made by the first benchmark that asks, and kept for
/// all repetitions until the program ends. Null where memory is short or the system says no: then the
/// benchmark is skipped and says why.
template <class T>
T* fixture(benchmark::State& state, std::uint64_t bytes) {
  static std::map<std::uint64_t, std::unique_ptr<T>> kept;
  std::unique_ptr<T>& found = kept[bytes];
  try {
    if (!found && spare_memory(state, bytes)) found = std::make_unique<T>(bytes);
  } catch (const std::system_error& e) {
    skip(state, e.what());
  }
  return found.get();
}

/// Whether `right()`: asked the first time that a benchmark called `name` runs, and no more once it was.
template <class Right>
bool right_once(const std::string& name, Right right) {
  static std::set<std::string> found;
  if (found.contains(name)) return true;
  if (!right()) return false;
  found.insert(name);
  return true;
}

}  // namespace shmkit::bench
