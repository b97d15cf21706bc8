#include "npy/output.hpp"

#include "os/file.hpp"
#include "os/transfer.hpp"

namespace shmkit::npy {

void Output::write_header(std::span<const std::byte> header) {
  write_all(header);
  data_begin_ = header.size();
}

void Output::write(std::span<const std::byte> data) {
  write_all(data);
  meter_.add(data.size());
}

void Output::write_at(std::span<const std::byte> data, std::uint64_t offset) {
  os::write_at(fd_, data, data_begin_ + offset, name_);
  meter_.add(data.size());
}

void Output::write_all(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto put = os::write_some(fd_, bytes, name_);
    if (!put) {
      meter_.report();
    } else {
      bytes = bytes.subspan(*put);
    }
  }
}

}  // namespace shmkit::npy
