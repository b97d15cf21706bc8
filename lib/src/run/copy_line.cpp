#include "run/copy_line.hpp"

#include <vector>

#include "job/chunk_runner.hpp"

namespace shmkit::run_ways {
namespace {

job::Plan plan_of(const job::Plan& plan, const CopyHeader& header) {
  job::Plan mine = plan;
  if (header.kernel == CopiedKernel::exact) mine.kernel = plan.kernel->exact;
  if (header.kernel == CopiedKernel::first) mine.kernel = kernel::find(plan.kernel->first);
  mine.params = header.params;
  mine.partition = {header.size, header.chunks};
  mine.stride = job::partial_stride(*mine.kernel, mine.kinds, mine.params);
  return mine;
}

}  // namespace

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
    const job::Plan mine = plan_of(plan, header);
    partial.resize(mine.stride);
    CopyAnswer answer{header.chunk, {}};
    // As if the whole array lay there: the chunk is all of it that is touched.
    const std::uint64_t offset = mine.partition.begin(header.chunk) * DType(mine.kinds[0]).itemsize();
    std::byte* const array =
        reinterpret_cast<std::byte*>(reinterpret_cast<std::uintptr_t>(data.data()) - offset);
    job::ChunkRunner runner(mine, {{array, nullptr}, nullptr});
    if (!runner.run(header.chunk, partial.data())) answer.complaint = runner.complaint();
    if (!os::write_all(out, std::as_bytes(std::span(&answer, 1)))) return;
    if (!answer.complaint.made && !os::write_all(out, partial)) return;
  }
}

}  // namespace shmkit::run_ways
