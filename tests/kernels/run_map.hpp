#pragma once

#include <algorithm>

#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"

// Runs a map as a job would: into another array, or in place.
namespace shmkit::kernel {

/// Elements of a kind known at run time.
struct TestArray {
  Kind kind = Kind::float64;
  std::vector<std::byte> bytes;

  TestArray() = default;
  TestArray(Kind the_kind, std::size_t size)
      : kind(the_kind), bytes(size * natural_itemsize(the_kind), std::byte{0}) {}

  Column column() { return {kind, bytes.data()}; }
  std::size_t size() const { return bytes.size() / natural_itemsize(kind); }
};

template <Element T>
TestArray array_of(const std::vector<Stored<T>>& data) {
  TestArray array(KindOf<T>::value, data.size());
  std::copy_n(reinterpret_cast<const std::byte*>(data.data()), array.bytes.size(), array.bytes.begin());
  return array;
}

template <Element T>
std::vector<Stored<T>> elements_of(const TestArray& array) {
  std::vector<Stored<T>> data(array.size());
  std::copy_n(array.bytes.begin(), array.bytes.size(), reinterpret_cast<std::byte*>(data.data()));
  return data;
}

/// The bits of numbers: not those of a long double's padding, and one NaN is as good as another.
inline bool same_numbers(const TestArray& a, const TestArray& b) {
  if (a.kind != b.kind || a.size() != b.size()) return false;
  return visit_kind(a.kind, [&]<Element T>() {
    const auto x = elements_of<T>(a);
    const auto y = elements_of<T>(b);
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!same_bits(x[i], y[i]) && !(is_nan<T>(x[i]) && is_nan<T>(y[i]))) return false;
    }
    return true;
  });
}

/// Arrays of one length, all of which the row accepts. In place: `out` is the row's target.
struct MapRun {
  const Kernel& row;
  Arguments arguments;
  std::uint64_t chunks = 1;

  Params params(const TestArray& x, const TestArray& y) const {
    return params_of(row, arguments, {{x.kind, y.kind}, x.size()});
  }
  Kind result_kind(const TestArray& x, const TestArray& y) const {
    return row.result_kind({x.kind, y.kind}, params(x, y));
  }
  TestArray into(Kind out_kind, TestArray x, TestArray y) const {
    TestArray out(out_kind, x.size());
    run_operands(row, {{x.column(), y.column()}, out.column(), x.size()}, chunks, params(x, y));
    return out;
  }
  TestArray in_place(TestArray x, TestArray y) const {
    TestArray& target = row.info.target == 0 ? x : y;
    run_operands(row, {{x.column(), y.column()}, target.column(), x.size()}, chunks, params(x, y));
    return target;
  }
};

/// What a map of one array writes, in the kind that NumPy's result has.
template <Element X, Element Out>
std::vector<Stored<Out>> run_map(std::string_view kernel, const std::vector<Stored<X>>& x,
                                 const Arguments& arguments = {}) {
  const MapRun run{*find(kernel), arguments, std::min<std::uint64_t>(2, x.size())};
  const TestArray array = array_of<X>(x);
  EXPECT_EQ(run.result_kind(array, array), KindOf<Out>::value) << kernel;
  return elements_of<Out>(run.into(KindOf<Out>::value, array, array));
}

template <Element X, Element Y, Element Out>
std::vector<Stored<Out>> run_map_of_two(std::string_view kernel, const std::vector<Stored<X>>& x,
                                        const std::vector<Stored<Y>>& y, const Arguments& arguments = {}) {
  const MapRun run{*find(kernel), arguments, std::min<std::uint64_t>(2, x.size())};
  const TestArray first = array_of<X>(x);
  const TestArray second = array_of<Y>(y);
  EXPECT_EQ(run.result_kind(first, second), KindOf<Out>::value) << kernel;
  return elements_of<Out>(run.into(KindOf<Out>::value, first, second));
}

}  // namespace shmkit::kernel
