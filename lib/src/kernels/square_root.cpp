#include "kernels/square_root.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/square_root.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "kernels/each_vector-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace shmkit::kernel::HWY_NAMESPACE {
namespace {

template <class T>
HWY_ATTR void roots(const T* in, T* out, std::size_t count) {
  each_vector(hn::ScalableTag<T>(), in, out, count, [](auto x) HWY_ATTR { return hn::Sqrt(x); });
}

void roots64(const double* in, double* out, std::size_t count) { roots(in, out, count); }
void roots32(const float* in, float* out, std::size_t count) { roots(in, out, count); }

}  // namespace
}  // namespace shmkit::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shmkit::kernel {

HWY_EXPORT(roots64);
HWY_EXPORT(roots32);

void square_roots(const double* in, double* out, std::size_t count) noexcept {
  HWY_DYNAMIC_DISPATCH(roots64)(in, out, count);
}

void square_roots(const float* in, float* out, std::size_t count) noexcept {
  HWY_DYNAMIC_DISPATCH(roots32)(in, out, count);
}

}  // namespace shmkit::kernel
#endif
