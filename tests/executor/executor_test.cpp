#include <shmkit/executor.hpp>

#include <array>
#include <stdexcept>
#include <string>

#include "executor/both_executors.hpp"

namespace shmkit {
namespace {

using test::ExecutorTest;
using test::twice;

// What both kinds of executors do with single tasks, from the first worker to the last. The oracle is the
// same call here.
TYPED_TEST_SUITE(ExecutorTest, test::Executors, test::ExecutorNames);

TYPED_TEST(ExecutorTest, StartsAsManyWorkersAsAskedFor) {
  EXPECT_EQ(TypeParam(3).workers(), 3U);
  EXPECT_EQ(TypeParam().workers(), default_workers().count);
  EXPECT_EQ(test::errc_of([] { TypeParam pool(WorkerPool::kMaxWorkers + 1); }), Errc::usage);
  EXPECT_EQ(test::errc_of([] { TypeParam pool(1, {.retries = 31}); }), Errc::usage);
}

TYPED_TEST(ExecutorTest, ReturnsWhatTheFunctionReturns) {
  TypeParam pool(2);
  const double captured = 1.5;
  Future<double> sum = pool.submit([captured](int x) { return captured + x; }, 40);
  EXPECT_EQ(sum.get(), 41.5);
  EXPECT_EQ(sum.get(), 41.5) << "and again";
  EXPECT_EQ(pool.submit(twice, 21).get(), 42);
  EXPECT_EQ(pool.submit(&twice, 21).get(), 42);
}

struct Wide {
  std::array<std::int64_t, 128> values;
};

TYPED_TEST(ExecutorTest, CarriesAsMuchAsATaskMayHave) {
  TypeParam pool(2);
  Wide wide{};
  std::iota(wide.values.begin(), wide.values.end(), 1);
  EXPECT_EQ(pool.submit([wide] { return wide; }).get().values, wide.values);
}

TYPED_TEST(ExecutorTest, TakesNothingAndReturnsNothing) {
  SharedBuffer<int> buffer(1);
  TypeParam pool(1);
  const auto out = buffer.span();
  Future<void> future = pool.submit([out] { out[0] = 7; });
  future.get();
  EXPECT_EQ(buffer[0], 7);
}

TYPED_TEST(ExecutorTest, SeesWhatWasWrittenBeforeAndShowsWhatItWrote) {
  test::TestArray x(this->name("x"), Kind::int64, 1000);
  const auto elements = x.array.template writable_elements<std::int64_t>();
  TypeParam pool(2);
  for (int round = 1; round < 50; ++round) {
    for (auto& element : elements) element = round;
    pool.map([elements](std::size_t i) { elements[i] *= static_cast<std::int64_t>(i); }, elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i)
      ASSERT_EQ(elements[i], round * static_cast<std::int64_t>(i));
  }
}

TYPED_TEST(ExecutorTest, ReportsExceptionsWithTypeAndText) {
  TypeParam pool(2);
  struct Case {
    void (*thrower)();
    const char* type;
    const char* text;
    Errc errc;
    const char* hint;
  };
  const Case cases[] = {
      {[] { throw std::out_of_range("no such row"); }, "std::out_of_range", "no such row", Errc::failed, ""},
      {[] { throw Error(Errc::no_space, "it is full", "delete something"); }, "shmkit::Error", "it is full",
       Errc::no_space, "delete something"},
      {[] { throw 3; }, "int", "the task threw something that is no std::exception", Errc::failed, ""},
      {[] { throw std::runtime_error(""); }, "std::runtime_error", "", Errc::failed, ""},
  };
  for (const Case& each : cases) {
    Future<void> future = pool.submit(each.thrower);
    for (int again = 0; again < 2; ++again) {
      try {
        future.get();
        ADD_FAILURE() << "nothing was thrown";
      } catch (const RemoteError& e) {
        EXPECT_EQ(e.type_name(), each.type);
        EXPECT_STREQ(e.what(), each.text);
        EXPECT_EQ(e.errc(), each.errc);
        EXPECT_EQ(e.hint(), each.hint);
      }
    }
  }
  EXPECT_EQ(pool.submit(twice, 1).get(), 2) << "workers go on";
}

TYPED_TEST(ExecutorTest, CutsATextThatIsLong) {
  TypeParam pool(1);
  try {
    pool.submit([] { throw std::runtime_error(std::string(100'000, 'x')); }).get();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const RemoteError& e) {
    EXPECT_GT(std::string(e.what()).size(), 500U);
    EXPECT_EQ(std::string(e.what()).find_first_not_of('x'), std::string::npos);
  }
}

TYPED_TEST(ExecutorTest, FinishesWhatWasSubmittedBeforeItEnds) {
  SharedBuffer<int> sums(100);
  const auto out = sums.span();
  std::vector<Future<int>> futures;
  {
    TypeParam pool(2);
    for (int i = 0; i < 100; ++i) {
      futures.push_back(pool.submit(
          [out](int x) {
            ::usleep(200);
            return out[static_cast<std::size_t>(x)] = x;
          },
          i));
    }
  }
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(futures[static_cast<std::size_t>(i)].done());
    EXPECT_EQ(futures[static_cast<std::size_t>(i)].get(), i) << "a future outlives its executor";
    EXPECT_EQ(sums[static_cast<std::size_t>(i)], i);
  }
}

TYPED_TEST(ExecutorTest, RefusesATaskThatUsesItsOwnExecutor) {
  TypeParam pool(1);
  Executor* self = &pool;
  try {
    pool.submit([self] { static_cast<void>(self->submit(twice, 1)); }).get();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const RemoteError& e) {
    EXPECT_EQ(e.errc(), Errc::usage);
    EXPECT_EQ(e.type_name(), "shmkit::Error");
  }
  EXPECT_EQ(pool.submit(twice, 1).get(), 2);
}

TYPED_TEST(ExecutorTest, RefusesATaskThatUsesAnotherExecutorButItsOwn) {
  TypeParam other(1);
  TypeParam pool(1);
  Executor* outside = &other;
  EXPECT_EQ(
      test::errc_of([&] { pool.submit([outside] { outside->map(twice, std::vector<int>{1}); }).get(); }),
      Errc::usage);
  const auto nested = [](int x) { return TypeParam(1).submit(twice, x).get(); };
  EXPECT_EQ(pool.submit(nested, 4).get(), 8);
  EXPECT_EQ(other.submit(twice, 1).get(), 2);
}

TYPED_TEST(ExecutorTest, RunsSeveralPoolsAtATime) {
  TypeParam first(2);
  TypeParam second(2);
  Future<int> a = first.submit(twice, 1);
  Future<int> b = second.submit(twice, 2);
  EXPECT_EQ(b.get() - a.get(), 2);
}

TYPED_TEST(ExecutorTest, SleepsAndWakes) {
  TypeParam pool(2);
  for (int i = 0; i < 5; ++i) {
    ::usleep(3000);
    EXPECT_EQ(pool.submit(twice, i).get(), 2 * i);
  }
}

TYPED_TEST(ExecutorTest, DropsResultsThatNobodyWants) {
  TypeParam pool(2);
  for (int i = 0; i < 3000; ++i) static_cast<void>(pool.submit(twice, i));
  EXPECT_EQ(pool.submit(twice, 1).get(), 2);
}

}  // namespace
}  // namespace shmkit
