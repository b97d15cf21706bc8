#include "pool/mapping_cache.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "array/handle.hpp"

namespace shmkit::pool {
namespace {

Located find(const ArrayRef& ref, Access access) {
  const Name name = Name::parse(std::string_view(ref.name.data(), ref.length));
  if (ref.descriptor >= 0) {
    os::Fd fd = os::duplicate(ref.descriptor, name.text());
    ArrayInfo info = examine(fd, name);
    return {std::move(fd), std::move(info)};
  }
  return locate(name, access == Access::read_only ? os::Open::read_only : os::Open::read_write);
}

bool same_file(const ArrayInfo& info, const ArrayRef& ref) {
  return info.device == ref.device && info.inode == ref.inode;
}

}  // namespace

AnyArray& MappingCache::attach(const ArrayRef& ref, Access access) {
  const auto cached = std::ranges::find_if(arrays_, [&](const AnyArray& array) {
    return same_file(array.info(), ref) &&
           (array.access() == Access::read_write || access == Access::read_only);
  });
  if (cached != arrays_.end()) {
    arrays_.splice(arrays_.begin(), arrays_, cached);
    return arrays_.front();
  }
  Located located = find(ref, access);
  if (!same_file(located.info, ref)) {
    throw Error(Errc::not_found,
                fmt::format("'{}' was replaced while the job started", located.info.name.text()),
                "run it again");
  }
  // Holes were filled by the client, once for all workers.
  arrays_.push_front(attach_located(std::move(located), access, Holes::keep));
  if (arrays_.size() > kMost) arrays_.pop_back();
  return arrays_.front();
}

}  // namespace shmkit::pool
