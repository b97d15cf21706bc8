#include "advise/compute_arguments.hpp"

#include <gtest/gtest.h>

#include "helpers/error_of.hpp"

namespace shmkit::advise_model {
namespace {

// Oracle: what `shmtool kernels` says of the arguments.
TEST(ComputeArguments, SayHowMuchOfAJobASampleIs) {
  EXPECT_EQ(for_items("pi", {{"seed", "3"}, {"n", "100"}}, 7, 100), (Arguments{{"seed", "3"}, {"n", "7"}}));
  EXPECT_EQ(for_items("fib", {{"n", "30"}}, 2, 8), (Arguments{{"n", "30"}, {"times", "2"}}));
  // Larger candidates for primes take longer: a sample comes from the middle.
  EXPECT_EQ(for_items("primes", {{"start", "1000"}, {"stop", "2000"}}, 10, 1000),
            (Arguments{{"start", "1495"}, {"stop", "1505"}}));
}

TEST(ComputeArguments, EveryComputeKernelIsKnown) {
  const Arguments start{{"start", "5"}};
  for (const KernelInfo& kernel : kernels()) {
    if (kernel.kind != KernelKind::compute) continue;
    EXPECT_NO_THROW(for_items(kernel.name, start, 1, 1)) << kernel.name;
  }
}

TEST(ComputeArguments, RefuseWhatCannotBe) {
  EXPECT_EQ(test::errc_of([] { for_items("primes", {}, 1, 1); }), Errc::usage);
  EXPECT_EQ(test::errc_of([] { for_items("primes", {{"start", "x"}}, 1, 1); }), Errc::usage);
  EXPECT_EQ(test::errc_of([] { for_items("nothing", {}, 1, 1); }), Errc::usage);
  EXPECT_TRUE(says_how_much("pi", "n"));
  EXPECT_FALSE(says_how_much("pi", "seed"));
  EXPECT_FALSE(says_how_much("sum", "n"));
}

}  // namespace
}  // namespace shmkit::advise_model
