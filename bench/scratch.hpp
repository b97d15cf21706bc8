#pragma once

#include <unistd.h>

#include <string>

#include <shmkit/array.hpp>
#include <shmkit/run.hpp>

namespace shmkit::bench {

/// An array in shared memory for the time of a benchmark, under a name of its own.
class ScratchArray {
 public:
  ScratchArray(const DType& dtype, const Shape& shape)
      : name_(Name::parse("shmkit-bench-" + std::to_string(::getpid()) + "-" + std::to_string(++count_))),
        array_(create(name_, dtype, shape)) {}
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
  inline static int count_ = 0;
  Name name_;
  AnyArray array_;
};

/// Keeps the result of a computation that is only done for its time.
template <class T>
void keep(T value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

}  // namespace shmkit::bench
