#include "advise/sample.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "advise/compute_arguments.hpp"
#include "os/process.hpp"
#include "os/space.hpp"

namespace shmkit::advise_model {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20U;

void repeat(std::span<std::byte> to, std::span<const std::byte> from) {
  for (; !to.empty(); to = to.subspan(std::min(to.size(), from.size())))
    std::memcpy(to.data(), from.data(), std::min(to.size(), from.size()));
}

void spread(std::span<std::byte> to, std::span<const std::byte> from, std::size_t itemsize) {
  constexpr std::uint64_t kBlocks = 16;
  const std::uint64_t count = to.size() / itemsize;
  const std::uint64_t left_out = from.size() / itemsize - count;
  for (std::uint64_t block = 0; block < kBlocks; ++block) {
    const std::uint64_t begin = count * block / kBlocks;
    const std::uint64_t end = count * (block + 1) / kBlocks;
    const std::uint64_t skipped = left_out / (kBlocks - 1) * block;
    std::memcpy(to.data() + begin * itemsize, from.data() + (begin + skipped) * itemsize,
                (end - begin) * itemsize);
  }
}

}  // namespace

std::uint64_t sample_budget() { return std::min(kMostBytes, os::available_space("/dev/shm") / 4); }

ArrayDraft fresh_draft(const DType& dtype, std::uint64_t size) {
  return ArrayDraft::create(Name::parse(fmt::format("sample-of-{}", os::process_id())), dtype, {size});
}

ArrayDraft filled_draft(const DType& dtype, std::uint64_t size, std::span<const std::byte> source) {
  ArrayDraft made = fresh_draft(dtype, size);
  const auto bytes = made.array().writable_bytes();
  if (source.size() < bytes.size())
    repeat(bytes, source);
  else
    spread(bytes, source, dtype.itemsize());
  return made;
}

ArrayDraft random_elements(const DType& dtype) {
  constexpr std::uint64_t kCount = 1U << 15U;
  ArrayDraft made = fresh_draft(dtype, kCount);
  RunOptions options;
  options.via = Via::serial;
  run("random", made, options);
  return made;
}

Arguments Recipe::arguments_for(std::uint64_t items) const {
  return computes() ? for_items(kernel.name, arguments, items, size.value_or(items)) : arguments;
}

double Recipe::read_per_element() const noexcept {
  const bool reads = kernel.kind == KernelKind::reduction || kernel.kind == KernelKind::map;
  return reads ? static_cast<double>(kernel.arrays * dtype.itemsize()) : 0;
}

double Recipe::written_per_element() const {
  if (kernel.kind == KernelKind::generator) return static_cast<double>(dtype.itemsize());
  if (kernel.kind != KernelKind::map) return 0;
  ArrayDraft one = fresh_draft(dtype, 1);
  RunOptions options;
  options.arguments = arguments;
  const std::vector<JobArray> in(kernel.arrays, one);
  return static_cast<double>(output_of(kernel.name, in, options).dtype.itemsize());
}

Sample::Sample(const Recipe& recipe, std::uint64_t items)
    : recipe_(recipe), items_(items), arguments_(recipe.arguments_for(items)) {
  const bool reads = recipe.read_per_element() > 0;
  for (unsigned i = 0; reads && i < recipe.kernel.arrays; ++i)
    in_.push_back(filled_draft(recipe.dtype, items, recipe.source));
  make_output();
}

JobArrays Sample::arrays() {
  JobArrays arrays;
  for (ArrayDraft& in : in_) arrays.in.emplace_back(in);
  if (recipe_.kernel.kind == KernelKind::generator) arrays.in.emplace_back(*out_);
  if (recipe_.kernel.kind == KernelKind::map) arrays.out = *out_;
  return arrays;
}

void Sample::renew_output() {
  if (!out_) return;
  out_.reset();
  make_output();
}

void Sample::make_output() {
  if (recipe_.kernel.kind == KernelKind::generator) out_ = fresh_draft(recipe_.dtype, items_);
  if (recipe_.kernel.kind != KernelKind::map) return;
  RunOptions options;
  options.arguments = arguments_;
  out_ = fresh_draft(output_of(recipe_.kernel.name, {in_.begin(), in_.end()}, options).dtype, items_);
}

}  // namespace shmkit::advise_model
