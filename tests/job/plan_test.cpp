#include "job/plan.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "helpers/plan_over.hpp"

namespace shmkit::job {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();

Errc refusal(std::string_view kernel, const DType& dtype, std::uint64_t size,
             const RunOptions& options = {}) {
  try {
    test::plan_over(kernel, dtype, size, options);
  } catch (const Error& e) {
    return e.errc();
  }
  return Errc{};
}

RunOptions with_chunks(std::uint64_t chunks) {
  RunOptions options;
  options.chunks = chunks;
  return options;
}

// Oracle: 64 Ki elements a chunk, at least one, at most 1024: so it is documented.
TEST(Plan, CutsIntoChunksBySizeAlone) {
  EXPECT_EQ(default_chunks(0), 1U);
  EXPECT_EQ(default_chunks(1), 1U);
  EXPECT_EQ(default_chunks(65536), 1U);
  EXPECT_EQ(default_chunks(65537), 2U);
  EXPECT_EQ(default_chunks(1024 * 65536), 1024U);
  EXPECT_EQ(default_chunks(kMost), 1024U);
}

TEST(Plan, NeverHasMoreChunksThanElements) {
  EXPECT_EQ(test::plan_over("sum", Kind::int8, 5, with_chunks(100)).partition.chunks(), 5U);
  EXPECT_EQ(test::plan_over("sum", Kind::int8, 0, with_chunks(100)).partition.chunks(), 1U);
  EXPECT_EQ(test::plan_over("sum", Kind::int8, 100'000, {}).partition.chunks(), 2U);
}

TEST(Plan, RefusesWhatCannotBe) {
  EXPECT_EQ(refusal("nothing", Kind::int8, 5), Errc::usage);
  EXPECT_EQ(refusal("sum", Kind::clongdouble, 5), Errc::not_an_array);
  EXPECT_EQ(refusal("sum", DType::flexible(Kind::bytes, 5), 5), Errc::not_an_array);
  EXPECT_EQ(refusal("arange", Kind::boolean, 5), Errc::not_an_array);
  EXPECT_EQ(refusal("sum", Kind::int8, kMost, with_chunks(kMaxChunks + 1)), Errc::usage);
  EXPECT_EQ(refusal("sum", Kind::int8, kMost, with_chunks(kMaxChunks)), Errc{});
  RunOptions options;
  options.retries = 31;
  EXPECT_EQ(refusal("sum", Kind::int8, 5, options), Errc::usage);
  options.retries = 30;
  EXPECT_EQ(refusal("sum", Kind::int8, 5, options), Errc{});
  options.repeat = 0;
  EXPECT_EQ(refusal("sum", Kind::int8, 5, options), Errc::usage);
}

TEST(Plan, RefusesMissingAndUnknownArguments) {
  RunOptions options;
  EXPECT_EQ(refusal("fill", Kind::int8, 5, options), Errc::usage);
  options.arguments = {{"value", "1"}};
  EXPECT_EQ(refusal("fill", Kind::int8, 5, options), Errc{});
  EXPECT_EQ(refusal("sum", Kind::int8, 5, options), Errc::usage);
  options.arguments["more"] = "1";
  EXPECT_EQ(refusal("fill", Kind::int8, 5, options), Errc::usage);
}

// Partial results lie side by side in shared memory: none may reach into the next one, and all are aligned.
TEST(Plan, GivesEveryPartialResultAlignedRoom) {
  for (const auto& kernel : kernel::table()) {
    for (int kind = 0; kind < static_cast<int>(Kind::clongdouble); ++kind) {
      const std::array kinds{static_cast<Kind>(kind), static_cast<Kind>(kind)};
      if (kernel.partial_bytes == nullptr || (kernel.info.arrays > 0 && !kernel.accepts(kinds))) continue;
      const std::size_t stride = partial_stride(kernel, kinds, {});
      EXPECT_EQ(stride % (stride > 8 ? 16 : 8), 0U);
      EXPECT_GE(stride, kernel.partial_bytes(kinds, {}));
    }
  }
}

// What fits the default partition fits the exact kernel, whose partial results are large.
TEST(Plan, HasRoomForTheExactKernelOfAnyJob) {
  for (const char* name : {"sum", "mean"}) {
    for (int kind = 0; kind < static_cast<int>(Kind::clongdouble); ++kind) {
      const Plan plan =
          test::plan_over(name, static_cast<Kind>(kind), std::uint64_t{1} << 40U, with_chunks(1000));
      const Plan exact = exact_plan(plan);
      EXPECT_LE(exact.partial_bytes(), kPartialBudget) << name << " of kind " << kind;
      EXPECT_EQ(exact.partition.chunks(), 1024U);
      EXPECT_EQ(exact.kernel->exact, nullptr);
    }
  }
}

TEST(Plan, RefusesPartialResultsBeyondTheBudget) {
  for (const auto& kernel : kernel::table()) {
    const Errc errc =
        refusal(kernel.info.name, Kind::complex128, std::uint64_t{1} << 40U, with_chunks(kMaxChunks));
    if (errc != Errc{}) continue;
    EXPECT_LE(partial_stride(kernel, {Kind::complex128, Kind::complex128}, {}) * kMaxChunks, kPartialBudget)
        << kernel.info.name;
  }
}

}  // namespace
}  // namespace shmkit::job
