#include "kernels/lane_sums.hpp"

#include <algorithm>

#include "kernels/prefetch.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/lane_sums.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "kernels/real_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace shmkit::kernel::HWY_NAMESPACE {
namespace {

// At most a quarter of the virtual lanes: four vectors are in flight, and they must divide LaneSums::kLanes.
using Doubles = hn::CappedTag<double, LaneSums::kLanes / 4>;

struct Plain {
  template <class V>
  static HWY_INLINE void add(V x, V& high, V& /*low*/, V& slack) {
    high = hn::Add(high, x);
    slack = hn::Add(slack, hn::Abs(high));
  }
};

struct Compensated {
  template <class V>
  static HWY_INLINE void add(V x, V& high, V& low, V& slack) {
    V error;
    high = two_sum(high, x, error);
    low = hn::Add(low, error);
    slack = hn::Add(slack, hn::Abs(low));
  }
};

struct Lossless {
  template <class V>
  static HWY_INLINE void add(V x, V& high, V& low, V& slack) {
    V error;
    V lost;
    high = two_sum(high, x, error);
    low = two_sum(low, error, lost);
    slack = hn::Add(slack, hn::Abs(lost));
  }
};

// A quarter of the real lanes at a time, so that the running sums stay in registers.
template <class Step, class T>
HWY_ATTR void add_block(const T* data, std::size_t rows, LaneSums& sums) {
  const Doubles d;
  const std::size_t n = hn::Lanes(d);
  for (std::size_t at = 0; at < LaneSums::kLanes; at += 4 * n) {
    double* const high = sums.high + at;
    double* const low = sums.low + at;
    double* const slack = sums.slack + at;
    auto h0 = hn::Load(d, high), h1 = hn::Load(d, high + n);
    auto h2 = hn::Load(d, high + 2 * n), h3 = hn::Load(d, high + 3 * n);
    auto l0 = hn::Load(d, low), l1 = hn::Load(d, low + n);
    auto l2 = hn::Load(d, low + 2 * n), l3 = hn::Load(d, low + 3 * n);
    auto s0 = hn::Load(d, slack), s1 = hn::Load(d, slack + n);
    auto s2 = hn::Load(d, slack + 2 * n), s3 = hn::Load(d, slack + 3 * n);
    const T* from = data + at;
    for (std::size_t row = 0; row < rows; ++row, from += LaneSums::kLanes) {
      if (at == 0) prefetch_ahead(from, LaneSums::kLanes * sizeof(T));
      Step::add(load(d, from), h0, l0, s0);
      Step::add(load(d, from + n), h1, l1, s1);
      Step::add(load(d, from + 2 * n), h2, l2, s2);
      Step::add(load(d, from + 3 * n), h3, l3, s3);
    }
    hn::Store(h0, d, high), hn::Store(h1, d, high + n);
    hn::Store(h2, d, high + 2 * n), hn::Store(h3, d, high + 3 * n);
    hn::Store(l0, d, low), hn::Store(l1, d, low + n);
    hn::Store(l2, d, low + 2 * n), hn::Store(l3, d, low + 3 * n);
    hn::Store(s0, d, slack), hn::Store(s1, d, slack + n);
    hn::Store(s2, d, slack + 2 * n), hn::Store(s3, d, slack + 3 * n);
  }
}

template <class T>
HWY_ATTR void add_typed(Track track, const void* data, std::size_t rows, LaneSums& sums) {
  constexpr std::size_t kBlockRows =
      64;  // In the first cache, since narrow vectors pass over it several times.
  const T* from = static_cast<const T*>(data);
  for (; rows > 0; rows -= std::min(rows, kBlockRows), from += kBlockRows * LaneSums::kLanes) {
    const std::size_t block = std::min(rows, kBlockRows);
    if (track == Track::loss)
      add_block<Lossless>(from, block, sums);
    else if constexpr (sizeof(T) == sizeof(double))
      add_block<Compensated>(from, block, sums);
    else
      add_block<Plain>(from, block, sums);
  }
}

void add(Kind real, Track track, const void* data, std::size_t rows, LaneSums& sums) {
  if (real == Kind::float64)
    add_typed<double>(track, data, rows, sums);
  else if (real == Kind::float32)
    add_typed<float>(track, data, rows, sums);
  else
    add_typed<float16>(track, data, rows, sums);
}

}  // namespace
}  // namespace shmkit::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shmkit::kernel {

HWY_EXPORT(add);

void add_rows(Kind real, Track track, const void* data, std::size_t rows, LaneSums& sums) noexcept {
  HWY_DYNAMIC_DISPATCH(add)(real, track, data, rows, sums);
}

}  // namespace shmkit::kernel
#endif
