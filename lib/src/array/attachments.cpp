#include "os/attachments.hpp"

#include <shmkit/array.hpp>

#include "array/handle.hpp"

namespace shmkit {

std::vector<Attachment> attachments(const ArrayInfo& info) {
  std::vector<Attachment> result;
  for (auto& [pid, command] : os::attached_processes(info.device, info.inode))
    result.push_back({pid, std::move(command)});
  return result;
}

std::uint64_t AnyArray::resident_bytes() const { return impl_->mapping.resident_bytes(); }

}  // namespace shmkit
