#include <algorithm>
#include <utility>
#include <vector>

#include <shmkit/npy.hpp>

#include "npy/byteswap.hpp"
#include "npy/descr.hpp"
#include "npy/input.hpp"
#include "npy/order.hpp"
#include "os/file.hpp"
#include "os/mapping.hpp"
#include "os/transfer.hpp"

namespace shmkit {
namespace {

constexpr std::size_t kSliceSize = 1U << 20U;
constexpr std::size_t kPrefaultSize = 64U << 20U;

// The bytes to swap; 1 when the file has our byte order.
std::size_t unit_of(const npy::Header& header) { return header.swapped ? npy::swap_unit(header.dtype) : 1; }

// Slice by slice, so that what was read is still in the cache when it is swapped.
void fill_mapped(std::span<std::byte> to, npy::Input& input, const npy::Header& header) {
  while (!to.empty()) {
    // A whole number of units: a slice is a multiple of every one of them.
    const auto slice = to.first(std::min(kSliceSize, to.size()));
    to = to.subspan(slice.size());
    os::prefault(slice.data(), slice.size(), true);
    input.read(slice);
    npy::swap_bytes(slice, unit_of(header));
  }
}

// The writes jump all over the array: bringing its pages in beforehand took a sixth off the whole import.
void prefault(std::span<const std::byte> to, npy::Meter& meter) {
  while (!to.empty()) {
    const auto slice = to.first(std::min(kPrefaultSize, to.size()));
    to = to.subspan(slice.size());
    os::prefault(slice.data(), slice.size(), true);
    meter.report();
  }
}

void fill_transposed(std::span<std::byte> to, npy::Input& input, const npy::Header& header) {
  const npy::BoxPlan plan = npy::plan_transposition(header.shape, header.dtype.itemsize(), input.seekable());
  std::vector<std::byte> buffer(plan.buffer_bytes());
  plan.for_each([&](const npy::Box& box) {
    const auto content = std::span(buffer).first(box.size() * header.dtype.itemsize());
    plan.for_each_piece(box, [&](std::uint64_t file_byte, std::size_t box_byte, std::size_t bytes) {
      const auto piece = content.subspan(box_byte, bytes);
      input.seekable() ? input.read_at(piece, file_byte) : input.read(piece);
    });
    npy::swap_bytes(content, unit_of(header));
    npy::strided_copy(to.data() + plan.array_offset(box), content.data(), plan.box_to_array(box),
                      header.dtype.itemsize());
  });
}

void fill(ArrayDraft& draft, npy::Input& input, const npy::Header& header, npy::Meter& meter) {
  if (header.fortran_order && !npy::orders_agree(header.shape)) {
    prefault(draft.array().bytes(), meter);
    return fill_transposed(draft.array().writable_bytes(), input, header);
  }
  const std::string& name = draft.array().info().name.text();
  const os::Fd file = os::duplicate(draft.descriptor(), name);
  // hugetlbfs, where files grow by pages, has no write(2).
  const bool writable = os::size_unit(file) == 1;
  if (header.swapped || !writable) return fill_mapped(draft.array().writable_bytes(), input, header);
  input.move_to(file, name);
}

}  // namespace

AnyArray import_npy(const std::string& file, const Name& name, const CreateOptions& options,
                    const Progress& progress) {
  npy::Meter meter(progress);
  npy::Input input(file, meter);
  const npy::Header header = input.read_header();
  ArrayDraft draft = ArrayDraft::create(name, header.dtype, header.shape, options);
  fill(draft, input, header, meter);
  return std::move(draft).publish();
}

}  // namespace shmkit
