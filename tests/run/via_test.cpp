#include <algorithm>
#include <random>
#include <tuple>

#include <gtest/gtest.h>

#include "helpers/plan_over.hpp"
#include "job/chunk_runner.hpp"
#include "job/combine.hpp"
#include "pool/fixture.hpp"

namespace shmkit {
namespace {

using test::in_chunks;
using test::TestArray;

constexpr std::uint64_t kSize = 5000;

// Every way, with any number of workers, gives the bits of the serial loop over the same chunks.
struct ViaTest : test::ProcessTest {};

RunOptions through(Via via, unsigned workers, std::uint64_t chunks) {
  RunOptions options = in_chunks(chunks);
  options.via = via;
  options.workers = workers;
  return options;
}

struct Setting {
  unsigned workers;
  std::uint64_t chunks;
};
constexpr Setting kSettings[] = {{1, 1}, {2, 7}, {3, 100}, {8, 64}};

template <Element T>
void put_samples(AnyArray& array) {
  std::mt19937 random(42);
  for (T& element : array.writable_elements<T>()) {
    if constexpr (std::is_integral_v<T>)
      element = static_cast<T>(random());
    else
      element = T(static_cast<float>(random()) / 1e4F - 2e5F);
  }
}

template <class T>
struct ViaOf : ViaTest {};
using Types = ::testing::Types<bool, std::int8_t, std::uint16_t, std::int64_t, std::uint64_t, float, double,
                               long double, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(ViaOf, Types);

TYPED_TEST(ViaOf, EveryWayReducesToTheSameBits) {
  TestArray x(this->name("x"), DType(KindOf<TypeParam>::value), kSize);
  put_samples<TypeParam>(x.array);
  for (const char* kernel : {"min", "max", "argmin", "argmax", "sum", "mean"}) {
    for (const auto& [workers, chunks] : kSettings) {
      const std::string expected = test::bits(test::serially(kernel, x.array, in_chunks(chunks)));
      for (const Via via : {Via::thread, Via::process, Via::copy}) {
        const auto report = run(kernel, x.array, through(via, workers, chunks));
        EXPECT_EQ(test::bits(report.result), expected)
            << kernel << " via " << static_cast<int>(via) << " with " << workers << " workers, " << chunks
            << " chunks";
        EXPECT_EQ(report.workers, workers);
        EXPECT_EQ(report.chunks, chunks);
        EXPECT_EQ(report.deaths, 0U);
      }
    }
  }
}

struct Generator {
  const char* kernel;
  Arguments arguments;
};

TEST_F(ViaTest, EveryWayGeneratesTheSameBytes) {
  const std::vector<Generator> generators = {{"fill", {{"value", "2.5"}}},
                                             {"arange", {}},
                                             {"linspace", {{"start", "0"}, {"stop", "1"}}},
                                             {"random", {}}};
  for (const auto& [kernel, arguments] : generators) {
    TestArray expected(name("expected"), Kind::float64, kSize);
    RunOptions serial;
    serial.arguments = arguments;
    test::serially(kernel, expected.array, serial);
    for (const auto& [workers, chunks] : kSettings) {
      for (const Via via : {Via::thread, Via::process}) {
        TestArray x(name("x"), Kind::float64, kSize);
        RunOptions options = through(via, workers, chunks);
        options.arguments = arguments;
        EXPECT_FALSE(run(kernel, x.array, options).result.has_value());
        EXPECT_TRUE(std::ranges::equal(x.array.bytes(), expected.array.bytes()))
            << kernel << static_cast<int>(via);

        auto draft = ArrayDraft::create(Name::parse(name("draft")), Kind::float64, {kSize});
        run(kernel, draft, options);
        EXPECT_TRUE(std::ranges::equal(draft.array().bytes(), expected.array.bytes()))
            << kernel << static_cast<int>(via);
      }
    }
  }
}

// Cancellation leaves the estimates nothing to decide by: the job runs again with the exact kernel. The exact
// sum is known by construction.
TEST_F(ViaTest, EveryWayFallsBackToTheExactSum) {
  TestArray x(name("x"), Kind::float64, 3000);
  auto elements = x.array.writable_elements<double>();
  for (std::size_t i = 0; i < elements.size(); i += 3) {
    elements[i] = 1e300;
    elements[i + 1] = 0.5;
    elements[i + 2] = -1e300;
  }
  const job::Plan plan = test::plan_over("sum", Kind::float64, 3000, in_chunks(10));
  alignas(16) std::byte partials[10 * 1024];
  ASSERT_LE(plan.partial_bytes(), sizeof partials);
  job::ChunkRunner runner(plan, {{x.array.writable_bytes().data(), nullptr}, nullptr});
  for (std::uint64_t chunk = 0; chunk < 10; ++chunk)
    ASSERT_TRUE(runner.run(chunk, partials + chunk * plan.stride));
  ASSERT_EQ(job::combine(plan, partials), std::nullopt) << "this data does not test the fallback";

  for (const Via via : {Via::serial, Via::thread, Via::process, Via::copy}) {
    for (const unsigned workers : {1U, 3U}) {
      RunOptions options = through(via, workers, 10);
      options.repeat = 3;  // From the exact kernel back to the first one.
      EXPECT_EQ(std::get<double>(run("sum", x.array, options).result.scalar), 500.0);
      EXPECT_EQ(std::get<double>(run("mean", x.array, options).result.scalar), 500.0 / 3000.0);
    }
  }
}

TEST_F(ViaTest, CopyIsRefusedForGenerators) {
  TestArray x(name("x"), Kind::float64, 10);
  EXPECT_EQ(test::errc_of([&] { run("random", x.array, through(Via::copy, 2, 2)); }), Errc::usage);
}

TEST_F(ViaTest, GeneratorsAreRefusedOnReadOnlyArrays) {
  const TestArray x(name("x"), Kind::float64, 10);
  for (const Via via : {Via::serial, Via::thread}) {
    AnyArray read_only = AnyArray::attach(x.array.info().name, Access::read_only);
    EXPECT_THROW(run("random", read_only, through(via, 2, 2)), Error);
  }
}

TEST_F(ViaTest, EveryWayReadsReadOnlyAndEmptyArrays) {
  TestArray x(name("x"), Kind::int64, 0);
  AnyArray read_only = AnyArray::attach(x.array.info().name, Access::read_only);
  for (const Via via : {Via::serial, Via::thread, Via::process, Via::copy})
    EXPECT_EQ(std::get<std::int64_t>(run("sum", read_only, through(via, 2, 5)).result.scalar), 0);
}

TEST_F(ViaTest, EveryWayRefusesWhatCannotBe) {
  TestArray x(name("x"), Kind::float64, 10);
  for (const Via via : {Via::serial, Via::thread, Via::process, Via::copy}) {
    EXPECT_THROW(run("nothing", x.array, through(via, 1, 1)), Error);
    const Errc expected = via == Via::serial ? Errc{} : Errc::usage;  // It has no workers.
    EXPECT_EQ(test::outcome_of([&] { run("sum", x.array, through(via, WorkerPool::kMaxWorkers + 1, 1)); }),
              expected);
    RunOptions never = through(via, 1, 1);
    never.repeat = 0;
    EXPECT_THROW(run("sum", x.array, never), Error);
  }
}

TEST_F(ViaTest, TheFirstRepetitionIncludesTheStart) {
  TestArray x(name("x"), Kind::float64, 10);
  for (const Via via : {Via::serial, Via::thread, Via::process, Via::copy}) {
    RunOptions options = through(via, 2, 2);
    options.repeat = 4;
    const auto report = run("sum", x.array, options);
    EXPECT_EQ(report.seconds.size(), 4U);
    EXPECT_EQ(report.pipe_bytes > 0, via == Via::copy);
  }
}

}  // namespace
}  // namespace shmkit
