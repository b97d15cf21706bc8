#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>

#include <shmkit/array.hpp>
#include <shmkit/run.hpp>

namespace shmkit::advise_model {

/// Bytes that samples may have together: 256 MiB, and a quarter of what is free.
std::uint64_t sample_budget();

/// An array that never gets a name; its pages are reserved and were never written. Throws Error as
/// ArrayDraft::create().
ArrayDraft fresh_draft(const DType& dtype, std::uint64_t size);

/// The same, all of whose pages are written, from `source` (elements of `dtype`): evenly
/// spread parts of a longer one, repetitions of a shorter one. Throws Error as ArrayDraft::create().
ArrayDraft filled_draft(const DType& dtype, std::uint64_t size, std::span<const std::byte> source);

/// Random elements of `dtype`, few of them.
ArrayDraft random_elements(const DType& dtype);

/// What samples of a job are made of.
struct Recipe {
  KernelInfo kernel;
  Arguments arguments;
  DType dtype = Kind::float64;
  std::span<const std::byte> source;  ///< Elements to fill arrays with.
  std::optional<std::uint64_t> size;  ///< Of the whole job.

  bool computes() const noexcept { return kernel.kind == KernelKind::compute; }
  /// Arguments for a sample of so many elements or items.
  Arguments arguments_for(std::uint64_t items) const;
  double read_per_element() const noexcept;
  /// Bytes that go into new arrays. Throws Error as output_of().
  double written_per_element() const;
};

/// A job over a part of what there is to do, private to this process and to pools that it starts afterwards.
class Sample {
 public:
  Sample(const Recipe& recipe, std::uint64_t items);

  JobArrays arrays();
  const Arguments& arguments() const noexcept { return arguments_; }
  /// Makes the arrays anew that the job writes, as they are for whoever runs it for the first time.
  void renew_output();

 private:
  void make_output();

  Recipe recipe_;
  std::uint64_t items_;
  Arguments arguments_;
  std::deque<ArrayDraft> in_;
  std::optional<ArrayDraft> out_;
};

}  // namespace shmkit::advise_model
