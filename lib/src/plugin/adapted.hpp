#pragma once

#include <shmkit/kernel.h>

#include <deque>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "plugin/plugin.hpp"

namespace shmkit::plugin {

/// A user's kernel and the row that stands for it. Never moves.
class Adapted {
 public:
  /// Throws Error (not_an_array) if the declaration makes no sense.
  Adapted(const shmkit_kernel& declared, const Origin& origin);
  Adapted(const Adapted&) = delete;
  Adapted& operator=(const Adapted&) = delete;

  const shmkit_kernel& declared() const noexcept { return declared_; }
  const Origin& origin() const noexcept { return origin_; }
  const kernel::Kernel& row() const noexcept { return row_; }

  Kind result_kind(const std::array<Kind, 2>& kinds) const noexcept { return result_.value_or(kinds[0]); }
  std::uint32_t results() const noexcept { return declared_.results == 0 ? 1 : declared_.results; }
  std::size_t result_bytes(const std::array<Kind, 2>& kinds) const noexcept {
    return results() * DType(result_kind(kinds)).itemsize();
  }
  std::size_t partial_bytes(const std::array<Kind, 2>& kinds) const noexcept {
    return declared_.partial_size == 0 ? result_bytes(kinds) : declared_.partial_size;
  }
  bool takes(Kind kind) const noexcept;
  /// The same arguments at an address that stays.
  const Arguments& keep(const Arguments& arguments) const;

 private:
  const shmkit_kernel& declared_;
  const Origin& origin_;
  std::deque<std::string> texts_;  // What the row's views refer to.
  std::vector<ArgumentInfo> arguments_;
  std::vector<Kind> dtypes_;
  std::optional<Kind> result_;
  kernel::Kernel row_;
  mutable std::mutex mutex_;
  mutable std::set<Arguments> kept_;
};

/// What a job of a user's kernel has as its parameters: of use in this process only.
struct Call {
  const Adapted* kernel = nullptr;
  const Arguments* arguments = nullptr;
};

/// The functions of a row, which find the user's kernel in the parameters or the context.
kernel::Params prepare(const Arguments& arguments, const kernel::Operands& operands);
Kind result_kind(const std::array<Kind, 2>& kinds, const kernel::Params& params);
std::size_t partial_bytes(const std::array<Kind, 2>& kinds, const kernel::Params& params);
std::uint64_t items(const kernel::Params& params);
void run(const kernel::ChunkInput& in) noexcept;
std::optional<Value> combine(const kernel::Partials& partials);

}  // namespace shmkit::plugin
