#include "run/copy_line.hpp"

#include <vector>

namespace shmkit::run_ways {

void Copy::Line::assign(std::uint64_t index, const CopyHeader& head, std::span<const std::byte> data) {
  chunk = index;
  header = head;
  header_sent = 0;
  unsent = data;
}

bool Copy::Line::push() {
  const auto head = std::as_bytes(std::span(&header, 1)).subspan(header_sent);
  if (!head.empty()) {
    const auto put = os::write_some(to_worker, head);
    if (!put) return false;
    header_sent += *put;
    if (*put < head.size()) return true;
  }
  if (unsent.empty()) return true;
  const auto put = os::write_some(to_worker, unsent);
  if (put) unsent = unsent.subspan(*put);
  return put.has_value();
}

void copy_worker_main(const job::Plan& plan, const os::Fd& in, const os::Fd& out) {
  const os::NoSigpipe guard;
  std::vector<std::byte> data;
  std::vector<std::byte> partial;
  CopyHeader header{};
  while (os::read_all(in, std::as_writable_bytes(std::span(&header, 1)))) {
    data.resize(header.bytes);
    if (!os::read_all(in, data)) return;
    job::Plan mine = plan;
    if (header.exact != 0) mine.kernel = plan.kernel->exact;
    mine.partition = {header.size, header.chunks};
    mine.stride = job::partial_stride(*mine.kernel, plan.dtype.kind());
    partial.resize(mine.stride);
    job::execute_into(mine, header.chunk, data.data(), partial.data());
    if (!os::write_all(out, std::as_bytes(std::span(&header.chunk, 1))) || !os::write_all(out, partial))
      return;
  }
}

}  // namespace shmkit::run_ways
