#pragma once

#include <list>
#include <memory>
#include <string>

#include <shmkit/array.hpp>

#include "pool/job_description.hpp"

namespace shmkit::pool {

/// The arrays that a worker has attached, kept between jobs so that a second job over the same array pays no
/// page faults. The least recently used one goes when there are too many; a job that still uses it keeps it
/// alive.
class MappingCache {
 public:
  /// Attaches, or finds, the array of a job. `name` is asked for only if it must be attached.
  /// Throws Error (also: the name belongs to another array now).
  template <class NameOf>
  std::shared_ptr<AnyArray> attach(const ArrayRef& ref, Access access, NameOf&& name) {
    auto found = find(ref, access);
    return found ? found : add(ref, access, name());
  }

  /// Forgets the arrays whose files have no name any more: nobody will ask for them again, and the memory is
  /// given back.
  void drop_deleted();

  bool empty() const noexcept { return arrays_.empty(); }

 private:
  std::shared_ptr<AnyArray> find(const ArrayRef& ref, Access access);
  std::shared_ptr<AnyArray> add(const ArrayRef& ref, Access access, const std::string& name);

  static constexpr std::size_t kMost = 8;
  std::list<std::shared_ptr<AnyArray>> arrays_;  // Most recently used first.
};

}  // namespace shmkit::pool
