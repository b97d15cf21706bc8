#pragma once

#include "kernels/kernel.hpp"

// The kernels that there are, each defined in the file of its family. A new kernel is one file and one row
// here and in table.cpp.
namespace shmkit::kernel {

extern const Kernel kMin;
extern const Kernel kMax;
extern const Kernel kSum;
extern const Kernel kMean;
extern const Kernel kArgmin;
extern const Kernel kArgmax;
extern const Kernel kProd;
extern const Kernel kMinmax;
extern const Kernel kVar;
extern const Kernel kStd;
extern const Kernel kNorm;
extern const Kernel kDot;
extern const Kernel kCountNonzero;
extern const Kernel kAny;
extern const Kernel kAll;
extern const Kernel kHistogram;
extern const Kernel kFill;
extern const Kernel kArange;
extern const Kernel kLinspace;
extern const Kernel kRandom;
extern const Kernel kScale;
extern const Kernel kAxpy;
extern const Kernel kAdd;
extern const Kernel kMul;
extern const Kernel kAbs;
extern const Kernel kSqrt;
extern const Kernel kExp;
extern const Kernel kLog;
extern const Kernel kCopy;
extern const Kernel kCast;
extern const Kernel kTaylorExp;
extern const Kernel kPi;
extern const Kernel kPrimes;
extern const Kernel kFib;
extern const Kernel kSleep;
extern const Kernel kNoop;

inline bool is_computable(const std::array<Kind, 2>& kinds) noexcept {
  return DType(kinds[0]).computable() && DType(kinds[1]).computable();
}

}  // namespace shmkit::kernel
