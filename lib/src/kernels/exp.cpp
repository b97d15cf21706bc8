#include <cmath>

#include "kernels/exponential.hpp"
#include "kernels/float_function.hpp"

// exp: e^x. longdouble and complex numbers are the C library's.
namespace shmkit::kernel {
namespace {

struct Exponential {
  template <class T>
  static void vectors(const T* in, T* out, std::size_t count) noexcept {
    exponentials(in, out, count);
  }
  template <class T>
  static T scalar(T x) noexcept {
    return std::exp(x);
  }
};

}  // namespace

constinit const Kernel kExp =
    function_row<Exponential>("exp", "e to the power of every element.", "run exp x --out y");

}  // namespace shmkit::kernel
