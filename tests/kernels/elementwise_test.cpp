#include "kernels/elementwise.hpp"

#include <gtest/gtest.h>

#include "kernels/convert.hpp"
#include "kernels/promote.hpp"
#include "kernels/run_map.hpp"

// What all maps promise. The oracle: the same map into another array of its own result dtype, at once, and
// convert(); its values are checked in the tests of each map.
namespace shmkit::kernel {
namespace {

constexpr std::array kKinds{Kind::boolean,    Kind::int8,      Kind::uint8,     Kind::int16,
                            Kind::uint16,     Kind::int32,     Kind::uint32,    Kind::int64,
                            Kind::uint64,     Kind::float16,   Kind::float32,   Kind::float64,
                            Kind::longdouble, Kind::complex64, Kind::complex128};

std::vector<MapRun> maps_of(unsigned arrays) {
  std::vector<MapRun> runs;
  const std::map<std::string_view, Arguments> arguments{
      {"scale", {{"factor", "3"}}}, {"axpy", {{"a", "3"}}}, {"cast", {{"dtype", "float32"}}}};
  for (const Kernel& row : table()) {
    if (row.info.kind != KernelKind::map || row.info.arrays != arrays) continue;
    const auto found = arguments.find(row.info.name);
    runs.push_back({row, found == arguments.end() ? Arguments{} : found->second, 1});
  }
  return runs;
}

// Numbers of all sizes and signs, NaN and infinities among them.
TestArray numbers(Kind kind, std::size_t size, std::uint64_t seed = 1) {
  return visit_kind(kind, [&]<Element T>() {
    auto data = samples<T>(size, seed);
    if constexpr (!std::is_integral_v<T>) {
      for (std::size_t i = 3; i < size; i += 29) data[i] = quiet_nan<T>();
      for (std::size_t i = 5; i < size; i += 31) {
        const auto large = i % 2 == 0 ? -1e300 : 1e300;
        if constexpr (kIsComplex<T>)
          data[i] = T(static_cast<typename T::value_type>(large), 1);
        else
          data[i] = narrow<T>(large);
      }
    }
    return array_of<T>(data);
  });
}

TestArray converted(TestArray from, Kind kind) {
  TestArray result(kind, from.size());
  convert(from.column(), result.column(), from.size());
  return result;
}

std::string name_of(const MapRun& run, Kind x, Kind y) {
  return std::string(run.row.info.name) + " of " + DType(x).name() + " and " + DType(y).name();
}

TEST(EveryMap, OfOneArrayWritesEveryKindThatItMay) {
  for (const MapRun& run : maps_of(1)) {
    for (const Kind kind : kKinds) {
      if (!run.row.accepts({kind, kind})) continue;
      const TestArray x = numbers(kind, 600);
      const Kind own = run.result_kind(x, x);
      const TestArray result = run.into(own, x, x);
      for (const Kind out : kKinds) {
        if (!can_write(own, out)) continue;
        EXPECT_TRUE(same_numbers(run.into(out, x, x), converted(result, out)))
            << name_of(run, kind, kind) << " into " << DType(out).name();
      }
    }
  }
}

TEST(EveryMap, OfTwoArraysConvertsThemToThePromotedKind) {
  for (const MapRun& run : maps_of(2)) {
    for (const Kind first : kKinds) {
      for (const Kind second : kKinds) {
        if (!run.row.accepts({first, second})) continue;
        const TestArray x = numbers(first, 300, 1);
        const TestArray y = numbers(second, 300, 2);
        const Kind own = promote(first, second);
        EXPECT_EQ(run.result_kind(x, y), own);
        const TestArray result = run.into(own, x, y);
        EXPECT_TRUE(same_numbers(result, run.into(own, converted(x, own), converted(y, own))))
            << name_of(run, first, second);
        const Kind wide = can_write(own, Kind::longdouble) ? Kind::longdouble : Kind::complex64;
        EXPECT_TRUE(same_numbers(run.into(wide, x, y), converted(result, wide)))
            << name_of(run, first, second);
      }
    }
  }
}

TEST(EveryMap, InPlaceDoesWhatItDoesIntoAnotherArray) {
  for (const unsigned arrays : {1U, 2U}) {
    for (const MapRun& run : maps_of(arrays)) {
      for (const Kind first : kKinds) {
        for (const Kind second : kKinds) {
          if ((arrays == 1 && first != second) || !run.row.accepts({first, second})) continue;
          const TestArray x = numbers(first, 300, 1);
          const TestArray y = numbers(second, 300, 2);
          const Kind out = run.row.info.target == 0 ? first : second;
          if (!can_write(run.result_kind(x, y), out)) continue;
          EXPECT_TRUE(same_numbers(run.in_place(x, y), run.into(out, x, y))) << name_of(run, first, second);
        }
      }
    }
  }
}

TEST(EveryMap, OfTwoArraysTakesOneArrayTwice) {
  for (const MapRun& run : maps_of(2)) {
    for (const Kind kind : {Kind::int32, Kind::float16, Kind::float64, Kind::complex128}) {
      TestArray x = numbers(kind, 300);
      const TestArray expected = run.into(kind, x, x);
      run_operands(run.row, {{x.column(), x.column()}, x.column(), x.size()}, 1, run.params(x, x));
      EXPECT_TRUE(same_numbers(x, expected)) << name_of(run, kind, kind);
    }
  }
}

TEST(EveryMap, DoesNotDependOnTheChunks) {
  for (const unsigned arrays : {1U, 2U}) {
    for (MapRun run : maps_of(arrays)) {
      for (const Kind kind : {Kind::int16, Kind::int64, Kind::float16, Kind::float32, Kind::float64}) {
        for (const std::size_t size : {0U, 1U, 2U, 255U, 256U, 257U, 1100U}) {
          const TestArray x = numbers(kind, size);
          const Kind out = run.result_kind(x, x);
          run.chunks = 1;
          const TestArray once = run.into(out, x, x);
          run.chunks = std::clamp<std::uint64_t>(size, 1, 7);
          EXPECT_TRUE(same_numbers(run.into(out, x, x), once))
              << name_of(run, kind, kind) << " size " << size;
        }
      }
    }
  }
}

TEST(EveryMap, HasTheSameBitsOnEveryInstructionSet) {
  for (const unsigned arrays : {1U, 2U}) {
    for (const MapRun& run : maps_of(arrays)) {
      for (const Kind kind : kKinds) {
        if (!run.row.accepts({kind, kind})) continue;
        const TestArray x = numbers(kind, 700, 1);
        const TestArray y = numbers(kind, 700, 2);
        const Kind out = run.result_kind(x, y);
        TestArray first;
        for_each_target([&](const char* target) {
          const TestArray result = run.into(out, x, y);
          if (first.bytes.empty()) first = result;
          EXPECT_TRUE(same_numbers(result, first)) << name_of(run, kind, kind) << " on " << target;
        });
      }
    }
  }
}

TEST(EveryMap, RefusesPairsWithoutAComputableKind) {
  for (const MapRun& run : maps_of(2)) {
    EXPECT_FALSE(run.row.accepts({Kind::longdouble, Kind::complex64})) << run.row.info.name;
    EXPECT_FALSE(run.row.accepts({Kind::float64, Kind::bytes})) << run.row.info.name;
    EXPECT_TRUE(run.row.accepts({Kind::int64, Kind::uint64})) << run.row.info.name;
  }
}

}  // namespace
}  // namespace shmkit::kernel
