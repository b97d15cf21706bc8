#pragma once

#include <unistd.h>

#include <string>

#include <shmkit/array.hpp>
#include <shmkit/run.hpp>

namespace shmkit::bench {

inline Name scratch_name() {
  static int count = 0;
  return Name::parse("shmkit-bench-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
}

/// Zeros in shared memory without a name: nothing is left, not even when this process is killed. Pools that
/// are started later can work on it.
inline ArrayDraft unnamed_array(const DType& dtype, const Shape& shape) {
  return ArrayDraft::create(scratch_name(), dtype, shape);
}

/// An array in shared memory for the time of a benchmark, under a name of its own. If this process is killed,
/// `shmtool gc` takes it back.
class ScratchArray {
 public:
  ScratchArray(const DType& dtype, const Shape& shape)
      : name_(scratch_name()), array_(create(name_, dtype, shape, {.owner = ::getpid()})) {}
  ~ScratchArray() {
    try {
      remove(name_);
    } catch (const Error&) {  // Somebody else was tidier.
    }
  }
  ScratchArray(const ScratchArray&) = delete;
  ScratchArray& operator=(const ScratchArray&) = delete;

  const Name& name() const noexcept { return name_; }
  AnyArray& array() noexcept { return array_; }

 private:
  Name name_;
  AnyArray array_;
};

/// Keeps the result of a computation that is only done for its time.
template <class T>
void keep(T value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

}  // namespace shmkit::bench
