#include "pool/mapping_cache.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "array/handle.hpp"

namespace shmkit::pool {
namespace {

Located open_array(const ArrayRef& ref, const Name& name, Access access) {
  if (ref.descriptor >= 0) {
    os::Fd fd = os::duplicate(static_cast<int>(ref.descriptor), name.text());
    ArrayInfo info = examine(fd, name);
    return {std::move(fd), std::move(info)};
  }
  return locate(name, access == Access::read_only ? os::Open::read_only : os::Open::read_write);
}

bool same_file(const ArrayInfo& info, const ArrayRef& ref) {
  return info.device == ref.device && info.inode == ref.inode;
}

// By name, since a mapping does not tell; whoever has the name now is another file.
bool deleted(const AnyArray& array) {
  const auto found = os::identify(array.info().name.path());
  return !found || found->device != array.info().device || found->inode != array.info().inode;
}

}  // namespace

std::shared_ptr<AnyArray> MappingCache::find(const ArrayRef& ref, Access access) {
  const auto cached = std::ranges::find_if(arrays_, [&](const auto& array) {
    return same_file(array->info(), ref) &&
           (array->access() == Access::read_write || access == Access::read_only);
  });
  if (cached == arrays_.end()) return nullptr;
  arrays_.splice(arrays_.begin(), arrays_, cached);
  return arrays_.front();
}

std::shared_ptr<AnyArray> MappingCache::add(const ArrayRef& ref, Access access, const std::string& name) {
  Located located = open_array(ref, Name::parse(name), access);
  if (!same_file(located.info, ref)) {
    throw Error(Errc::not_found,
                fmt::format("'{}' was replaced while the job started", located.info.name.text()),
                "run it again");
  }
  // Holes were filled by the client, once for all workers.
  arrays_.push_front(std::make_shared<AnyArray>(attach_located(std::move(located), access, Holes::keep)));
  if (arrays_.size() > kMost) arrays_.pop_back();
  return arrays_.front();
}

void MappingCache::drop_deleted() {
  std::erase_if(arrays_, [](const auto& array) { return deleted(*array); });
}

}  // namespace shmkit::pool
