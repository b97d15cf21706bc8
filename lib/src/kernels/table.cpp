#include <algorithm>
#include <array>
#include <vector>

#include "kernels/kernel.hpp"
#include "kernels/rows.hpp"

namespace shmkit::kernel {

std::span<const Kernel> table() noexcept {
  static const std::array rows{
      kMin,      kMax,    kSum,   kMean,         kArgmin, kArgmax, kProd,      kMinmax, kVar,
      kStd,      kNorm,   kDot,   kCountNonzero, kAny,    kAll,    kHistogram, kFill,   kArange,
      kLinspace, kRandom, kScale, kAxpy,         kAdd,    kMul,    kAbs,       kSqrt,   kExp,
      kLog,      kCopy,   kCast,  kTaylorExp,    kPi,     kPrimes, kFib,       kSleep,  kNoop};
  return rows;
}

// Made before there are threads: a fork while one of them makes it would leave a child that waits for it for
// ever.
[[maybe_unused]] static const std::span<const Kernel> kMade = table();

const Kernel* find(std::string_view name) noexcept {
  const auto rows = table();
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const Kernel& k) { return k.info.name == name; });
  return row == rows.end() ? nullptr : &*row;
}

}  // namespace shmkit::kernel

namespace shmkit {

std::vector<KernelInfo> kernels() {
  std::vector<KernelInfo> infos;
  for (const kernel::Kernel& row : kernel::table()) infos.push_back(row.info);
  return infos;
}

}  // namespace shmkit
