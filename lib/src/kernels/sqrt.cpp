#include <cmath>

#include "kernels/float_function.hpp"
#include "kernels/square_root.hpp"

// sqrt: the square root. Complex ones are the C library's.
namespace shmkit::kernel {
namespace {

struct SquareRoot {
  template <class T>
  static void vectors(const T* in, T* out, std::size_t count) noexcept {
    square_roots(in, out, count);
  }
  template <class T>
  static T scalar(T x) noexcept {
    return std::sqrt(x);
  }
};

}  // namespace

constinit const Kernel kSqrt =
    function_row<SquareRoot>("sqrt", "The square root of every element.", "run sqrt x --out y");

}  // namespace shmkit::kernel
