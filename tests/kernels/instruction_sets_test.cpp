#include <gtest/gtest.h>

#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"

// The oracle: the instruction set that comes first. Every other one must give the same bits.
namespace shmkit::kernel {
namespace {

template <Element T>
std::vector<Value> all_reductions(const std::vector<Stored<T>>& data) {
  std::vector<Value> results;
  for (const char* kernel : {"min", "max", "argmin", "argmax", "sum", "mean", "prod", "minmax", "var", "std",
                             "norm", "count_nonzero", "any", "all"}) {
    for (const std::uint64_t chunks : {1U, 5U}) results.push_back(run_reduction<T>(kernel, data, chunks));
  }
  return results;
}

// random's floating-point numbers, or, for `special` ones, samples with NaN and infinities.
template <Element T>
std::vector<Stored<T>> data_of(std::size_t size, bool special) {
  auto data = special ? samples<T>(size, size) : run_generator<T>("random", size, {});
  if constexpr (kIsReal<T>) {
    if (special)
      data[size / 2] = size % 2 == 0 ? quiet_nan<T>() : narrow<T>(std::numeric_limits<double>::infinity());
  }
  return data;
}

template <class T>
class OnEveryInstructionSet : public ::testing::Test {};
TYPED_TEST_SUITE(OnEveryInstructionSet, AllElements);

TYPED_TEST(OnEveryInstructionSet, ReductionsHaveTheSameBits) {
  for (const bool special : {false, true}) {
    for (const std::size_t size : kSizes) {
      const auto data = data_of<TypeParam>(std::max<std::size_t>(size, 5), special);
      std::vector<Value> first;
      for_each_target([&](const char* target) {
        const auto results = all_reductions<TypeParam>(data);
        if (first.empty()) first = results;
        for (std::size_t i = 0; i < results.size(); ++i) {
          EXPECT_TRUE(same_bits(results[i], first[i])) << target << " size " << size << " result " << i;
        }
      });
    }
  }
}

TYPED_TEST(OnEveryInstructionSet, GeneratorsWriteTheSameBits) {
  std::vector<Stored<TypeParam>> first;
  for_each_target([&](const char* target) {
    const auto data = run_generator<TypeParam>("random", 1003, {{"seed", "7"}}, 3);
    if (first.empty()) first = data;
    EXPECT_TRUE(same_bits(data, first)) << target;
  });
}

}  // namespace
}  // namespace shmkit::kernel
