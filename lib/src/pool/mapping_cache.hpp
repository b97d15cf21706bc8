#pragma once

#include <list>

#include <shmkit/array.hpp>

#include "pool/layout.hpp"

namespace shmkit::pool {

/// The arrays that a worker has attached, kept between jobs so that a second job over the same array pays no
/// page faults. The least recently used one goes when there are too many.
class MappingCache {
 public:
  /// Attaches, or finds, the array of a job. Valid until the next call. Throws Error (also: the name belongs
  /// to another array now).
  AnyArray& attach(const ArrayRef& ref, Access access);

 private:
  static constexpr std::size_t kMost = 8;
  std::list<AnyArray> arrays_;  // Most recently used first.
};

}  // namespace shmkit::pool
