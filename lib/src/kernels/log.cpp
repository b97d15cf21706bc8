#include <cmath>

#include "kernels/float_function.hpp"
#include "kernels/logarithm.hpp"

// log: the natural logarithm. longdouble and complex numbers are the C library's.
namespace shmkit::kernel {
namespace {

struct Logarithm {
  template <class T>
  static void vectors(const T* in, T* out, std::size_t count) noexcept {
    logarithms(in, out, count);
  }
  template <class T>
  static T scalar(T x) noexcept {
    return std::log(x);
  }
};

}  // namespace

constinit const Kernel kLog =
    function_row<Logarithm>("log", "The natural logarithm of every element.", "run log x --out y");

}  // namespace shmkit::kernel
