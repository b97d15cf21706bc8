#include <shmkit/executor.hpp>

#include <array>
#include <bit>
#include <functional>
#include <list>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>

#include "executor/fixture.hpp"

namespace shmkit {
namespace {

using namespace std::chrono_literals;

// What executors of processes and of threads both promise (shmkit/executor.hpp), in the same words. The
// oracle is the same call in a loop here.
template <class Pool>
struct ExecutorTest : test::ProcessTest {};

using Pools = ::testing::Types<ProcessExecutor, ThreadExecutor>;
struct PoolNames {
  template <class Pool>
  static std::string GetName(int /*index*/) {
    return std::is_same_v<Pool, ProcessExecutor> ? "Processes" : "Threads";
  }
};
TYPED_TEST_SUITE(ExecutorTest, Pools, PoolNames);

int twice(int x) { return 2 * x; }

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

TYPED_TEST(ExecutorTest, MapsInOrder) {
  TypeParam pool(3);
  for (const int size : {0, 1, 2, 9, 127, 128, 129, 1000, 100'000})
    EXPECT_EQ(pool.map(test::kSquare, test::numbers(size)), test::squares(size)) << size;
  const auto indices = pool.map([](std::size_t i) { return 2 * i; }, 300);
  for (std::size_t i = 0; i < 300; ++i) EXPECT_EQ(indices[i], 2 * i);
  const std::list<int> numbers{3, 1, 2};
  EXPECT_EQ(pool.map(twice, numbers), (std::vector<int>{6, 2, 4}));
}

// A range of answers to questions that are asked on the way.
struct Answers {
  struct Iterator {
    using value_type = int;
    using difference_type = std::ptrdiff_t;
    Executor* pool = nullptr;
    int at = 0;
    int operator*() const { return pool->submit(twice, at).get(); }
    Iterator& operator++() {
      ++at;
      return *this;
    }
    void operator++(int) { ++at; }
    bool operator==(const Iterator& other) const { return at == other.at; }
  };
  Executor* pool;
  int count;
  Iterator begin() const { return {pool, 0}; }
  Iterator end() const { return {pool, count}; }
  std::size_t size() const { return static_cast<std::size_t>(count); }
};

TYPED_TEST(ExecutorTest, MapsWhatItComputesMeanwhile) {
  TypeParam pool(2);
  const auto values = pool.map(twice, Answers{&pool, 500});
  for (int i = 0; i < 500; ++i) EXPECT_EQ(values[static_cast<std::size_t>(i)], 4 * i);
}

TYPED_TEST(ExecutorTest, MapsToBools) {
  TypeParam pool(2);
  const std::vector<bool> odd = pool.map([](int i) { return i % 2 == 1; }, test::numbers(300));
  for (std::size_t i = 0; i < 300; ++i) EXPECT_EQ(odd[i], i % 2 == 1);
  EXPECT_EQ(pool.map([](bool b) { return !b; }, odd).size(), 300U);
}

TYPED_TEST(ExecutorTest, MapsTuples) {
  TypeParam pool(2);
  std::vector<std::tuple<int, double, char>> tuples;
  for (int i = 0; i < 500; ++i) tuples.emplace_back(i, i / 2.0, 'a');
  const auto sums = pool.starmap([](int a, double b, char c) { return a + b + c; }, tuples);
  ASSERT_EQ(sums.size(), tuples.size());
  for (int i = 0; i < 500; ++i) EXPECT_EQ(sums[static_cast<std::size_t>(i)], i + i / 2.0 + 'a');
  EXPECT_EQ(pool.starmap(twice, std::vector<std::tuple<int>>{{4}, {5}}), (std::vector<int>{8, 10}));
}

TYPED_TEST(ExecutorTest, ThrowsWhatTheFirstOfAMapThrew) {
  TypeParam pool(3);
  const auto some_throw = [](int i) {
    if (i == 700) ::usleep(20'000);  // Others fail earlier, but come later.
    if (i >= 700 && i % 7 == 0) throw std::runtime_error(std::to_string(i));
    return i;
  };
  for (int round = 0; round < 5; ++round) {
    try {
      pool.map(some_throw, test::numbers(200'000));
      ADD_FAILURE() << "nothing was thrown";
    } catch (const RemoteError& e) {
      EXPECT_STREQ(e.what(), "700");
    }
  }
  EXPECT_EQ(pool.map(twice, std::vector<int>{1}), std::vector<int>{2});
}

// The shape of the tree, written by hand for a few sizes: an operation that keeps the parentheses.
struct Text {
  std::array<char, 96> text;
};
Text text_of(const std::string& from) {
  Text text{};
  std::ranges::copy(from, text.text.begin());
  return text;
}
constexpr auto kLetter = [](std::size_t i) {
  Text text{};
  text.text[0] = static_cast<char>('a' + i);
  return text;
};
constexpr auto kPair = [](const Text& a, const Text& b) {
  Text text{};
  auto* at = text.text.data();
  *at++ = '(';
  for (const char* c = a.text.data(); *c != 0; ++c) *at++ = *c;
  for (const char* c = b.text.data(); *c != 0; ++c) *at++ = *c;
  *at = ')';
  return text;
};

TYPED_TEST(ExecutorTest, ReducesAsABalancedTree) {
  TypeParam pool(3);
  const auto tree = [&](std::size_t size) -> std::string {
    return pool.reduce(kLetter, size, text_of("0"), kPair).text.data();
  };
  EXPECT_EQ(tree(0), "0");
  EXPECT_EQ(tree(1), "(0a)");
  EXPECT_EQ(tree(2), "(0(ab))");
  EXPECT_EQ(tree(3), "(0((ab)c))");
  EXPECT_EQ(tree(5), "(0(((ab)(cd))e))");
  EXPECT_EQ(tree(7), "(0(((ab)(cd))((ef)g)))");
}

constexpr auto kInverse = [](std::size_t i) { return 1.0F / static_cast<float>(i + 1); };

// The same tree from above: the left half has as many leaves as fit into a power of two.
float sum_of_tree(std::size_t begin, std::size_t size) {
  if (size == 1) return kInverse(begin);
  const std::size_t left = std::bit_floor(size - 1);
  return sum_of_tree(begin, left) + sum_of_tree(begin + left, size - left);
}

// Addition of floats depends on the order: equal bits say that the tree is the same, with blocks and without.
TYPED_TEST(ExecutorTest, ReducesToTheSameBitsForAnyNumberOfWorkers) {
  for (const unsigned workers : {1U, 2U, 5U}) {
    TypeParam pool(workers);
    for (const std::size_t size : {1000U, 2048U, 5000U, 100'003U})
      EXPECT_EQ(pool.reduce(kInverse, size, 1.0F, std::plus<float>()), 1.0F + sum_of_tree(0, size))
          << workers;
  }
}

TYPED_TEST(ExecutorTest, ReducesARange) {
  TypeParam pool(2);
  const std::vector<int> numbers{3, 1, 4, 1, 5};
  EXPECT_EQ(pool.reduce(twice, numbers, 100, [](int a, int b) { return a + b; }), 128);
  EXPECT_EQ(test::error_of([&] {
              pool.reduce([](int i) { return i == 4 ? throw std::runtime_error("four") : i; }, numbers, 0,
                          [](int a, int b) { return a + b; });
            }).what(),
            std::string("four"));
}

TYPED_TEST(ExecutorTest, GivesFuturesAsTheyAreDone) {
  SharedBuffer<std::atomic<bool>> gates(3);
  TypeParam pool(3);
  const auto gate = gates.span();
  const auto wait_at = [gate](int i) {
    while (!gate[static_cast<std::size_t>(i)]) ::usleep(100);
    return i;
  };
  std::vector<Future<int>> futures;
  for (int i = 0; i < 3; ++i) futures.push_back(pool.submit(wait_at, i));
  std::vector<int> order;
  gates[1] = true;
  for (Future<int>& future : as_completed(futures)) {
    order.push_back(future.get());
    gates[order.size() == 1 ? 2 : 0] = true;
  }
  EXPECT_EQ(order, (std::vector<int>{1, 2, 0}));
}

TYPED_TEST(ExecutorTest, GivesEachFutureOnce) {
  TypeParam pool(2);
  std::vector<Future<int>> futures(1);  // One without a task, which is passed over.
  for (int i = 0; i < 2500; ++i) futures.push_back(pool.submit(twice, i));
  futures[5].wait();
  std::vector<int> seen;
  for (const Future<int>& future : as_completed(futures)) seen.push_back(future.get() / 2);
  std::ranges::sort(seen);
  std::vector<int> all(2500);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(seen, all);
}

using Flag = std::atomic<bool>;

// A worker that waits until it is let go.
template <class Pool>
struct Busy {
  Busy(Pool& pool, std::span<Flag> two)
      : go(two[1]), future(pool.submit([two] {
          two[0] = true;
          while (!two[1]) ::usleep(100);
          return 5;
        })) {
    while (!two[0]) ::usleep(100);
  }
  void let_go() const { go = true; }

  Flag& go;
  Future<int> future;
};

TYPED_TEST(ExecutorTest, CancelsWhatHasNotBegunAndNothingElse) {
  SharedBuffer<Flag> flags(3);
  const auto ran = flags.span();
  TypeParam pool(1);
  const Busy busy(pool, flags.span().first(2));
  Future<void> waiting = pool.submit([ran] { ran[2] = true; });
  EXPECT_FALSE(waiting.done());
  EXPECT_TRUE(waiting.cancel());
  EXPECT_TRUE(waiting.done());
  EXPECT_FALSE(waiting.cancel()) << "it is done";
  EXPECT_THROW(waiting.get(), Cancelled);
  EXPECT_FALSE(busy.future.cancel());
  EXPECT_FALSE(busy.future.done());
  busy.let_go();
  EXPECT_EQ(busy.future.get(), 5);
  EXPECT_FALSE(busy.future.cancel());
  EXPECT_EQ(pool.submit(twice, 2).get(), 4);
  EXPECT_FALSE(flags[2]) << "it ran";
}

TYPED_TEST(ExecutorTest, WaitsNoLongerThanItShall) {
  SharedBuffer<Flag> flags(2);
  TypeParam pool(1);
  const Busy busy(pool, flags.span());
  EXPECT_FALSE(busy.future.wait_for(0s));
  EXPECT_FALSE(busy.future.wait_for(20ms));
  EXPECT_FALSE(busy.future.wait_for(1ns));
  busy.let_go();
  EXPECT_TRUE(busy.future.wait_for(1h));
  EXPECT_TRUE(busy.future.wait_for(0s));
}

// More than the table has slots, all of them behind one that does not move.
TYPED_TEST(ExecutorTest, TakesMoreTasksThanItHasRoomFor) {
  SharedBuffer<Flag> flags(2);
  TypeParam pool(2);
  const Busy busy(pool, flags.span());
  std::vector<Future<int>> futures;
  for (int i = 0; i < 5000; ++i) futures.push_back(pool.submit(twice, i));
  for (int i = 0; i < 5000; ++i) EXPECT_EQ(futures[static_cast<std::size_t>(i)].get(), 2 * i);
  EXPECT_FALSE(busy.future.done());
  busy.let_go();
}

TYPED_TEST(ExecutorTest, TakesNewTasksWhileManyAreCancelled) {
  SharedBuffer<Flag> flags(2);
  TypeParam pool(1);
  const Busy busy(pool, flags.span());
  Future<int> waiting = pool.submit(twice, 1);
  for (int i = 0; i < 3000; ++i) EXPECT_TRUE(pool.submit(twice, i).cancel());
  busy.let_go();
  EXPECT_EQ(waiting.get(), 2);
}

TYPED_TEST(ExecutorTest, BeginsTasksInTheOrderOfSubmission) {
  SharedBuffer<Flag> flags(2);
  SharedBuffer<int> buffer(1000);
  const auto order = buffer.span();
  TypeParam pool(1);
  for (int round = 0; round < 3; ++round) {
    flags[0] = flags[1] = false;
    order[0] = 0;
    const Busy busy(pool, flags.span());
    std::vector<Future<void>> futures;
    for (int i = 1; i < 900; ++i) {
      futures.push_back(pool.submit([order, i] { order[static_cast<std::size_t>(++order[0])] = i; }));
    }
    busy.let_go();
    for (const auto& future : futures) future.get();
    for (int i = 1; i < 900; ++i) ASSERT_EQ(order[static_cast<std::size_t>(i)], i);
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

TYPED_TEST(ExecutorTest, CancelsWhatIsPendingWhenToldSo) {
  SharedBuffer<Flag> flags(2);
  TypeParam pool(1);
  const Busy busy(pool, flags.span());
  Future<int> waiting = pool.submit(twice, 1);
  busy.let_go();
  // It may have begun by now: then it ends.
  pool.shutdown(Executor::Pending::cancel);
  EXPECT_EQ(busy.future.get(), 5);
  EXPECT_TRUE(waiting.done());
  try {
    EXPECT_EQ(waiting.get(), 2);
  } catch (const Cancelled&) {
  }
  EXPECT_EQ(test::errc_of([&] { pool.submit(twice, 1).wait(); }), Errc::usage);
  EXPECT_EQ(test::errc_of([&] { pool.map(twice, std::vector<int>{1}); }), Errc::usage);
  pool.shutdown();
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
