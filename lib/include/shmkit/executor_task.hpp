#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <ranges>
#include <tuple>
#include <type_traits>

// What executor.hpp makes of a call so that another process can execute it: bytes, and the address of the
// code that reads them. No part of the contract.
namespace shmkit::detail {

/// What a task may take with it, and as much may come back.
inline constexpr std::size_t kTaskBytes = 1024;
inline constexpr std::size_t kTaskAlignment = 64;

/// Runs `count` calls in a worker: reads what was put into `in`, and writes the results to `out`.
using Invoke = void (*)(const std::byte* in, std::byte* out, std::uint32_t count);

template <class R>
inline constexpr std::size_t kResultBytes = sizeof(R);
template <>
inline constexpr std::size_t kResultBytes<void> = 0;

/// What map() goes over.
template <class Range>
concept Values = std::ranges::input_range<const Range> && std::ranges::sized_range<const Range>;

/// Gives one value after the other.
template <Values Range>
auto values_of(const Range& range) {
  return [at = std::ranges::begin(range)]() mutable {
    std::ranges::range_value_t<const Range> value(*at);
    ++at;
    return value;
  };
}
inline auto indices() {
  return [i = std::size_t{0}]() mutable { return i++; };
}

template <class F>
constexpr void require_function() {
  static_assert(
      std::is_trivially_copyable_v<F>,
      "a task is copied byte by byte into another process: let the lambda capture numbers, spans and "
      "pointers into memory that was shared before the pool was started; no strings, vectors, arrays "
      "of shmkit or mutexes");
  static_assert(sizeof(F) <= kTaskBytes,
                "the lambda captures more than 1024 bytes: put what is large into shared memory");
  static_assert(alignof(F) <= kTaskAlignment, "what the lambda captures is aligned to more than 64 bytes");
}

template <class A>
constexpr void require_argument() {
  static_assert(std::is_trivially_copyable_v<A>,
                "an argument is copied byte by byte into another process: it must be trivially copyable");
  static_assert(alignof(A) <= kTaskAlignment, "an argument is aligned to more than 64 bytes");
}

template <class R>
constexpr void require_result() {
  static_assert(!std::is_reference_v<R>,
                "a task cannot return a reference: it would refer into another process");
  static_assert(
      std::is_void_v<R> || std::is_trivially_copyable_v<R>,
      "a result is copied byte by byte out of another process: return numbers or plain structs, and put "
      "what is large into shared memory");
  static_assert(kResultBytes<R> <= kTaskBytes,
                "the result has more than 1024 bytes: put what is large into shared memory");
}

template <class T>
const T& object_at(const std::byte* bytes) noexcept {
  return *reinterpret_cast<const T*>(bytes);
}

template <class T>
void put_at(std::byte* bytes, const T& value) noexcept {
  std::memcpy(bytes, std::addressof(value), sizeof(T));
}

/// Calls f(x), and leaves the result.
template <class F, class X>
void call_one(const F& f, const X& x, std::byte* out) {
  if constexpr (std::is_void_v<std::invoke_result_t<const F&, const X&>>) {
    std::invoke(f, x);
  } else {
    put_at(out, std::invoke(f, x));
  }
}

/// A function with its arguments, for submit().
template <class F, class... Args>
auto bind_copy(F f, Args... args) {
  return [f, args...]() -> decltype(auto) { return std::invoke(f, args...); };
}

template <class Bound>
struct SubmittedCall {
  using Result = std::invoke_result_t<const Bound&>;

  static void invoke(const std::byte* in, std::byte* out, std::uint32_t /*count*/) {
    if constexpr (std::is_void_v<Result>) {
      object_at<Bound>(in)();
    } else {
      put_at(out, object_at<Bound>(in)());
    }
  }
};

/// What comes first in a task of several calls, and behind it their arguments.
template <class Head, class X>
struct RunLayout {
  static constexpr std::size_t kArguments = (sizeof(Head) + alignof(X) - 1) / alignof(X) * alignof(X);
  static_assert(
      kArguments + sizeof(X) <= kTaskBytes,
      "the lambda and one argument have more than 1024 bytes: put what is large into shared memory");
  static constexpr std::size_t kMost = (kTaskBytes - kArguments) / sizeof(X);

  static const Head& head(const std::byte* in) noexcept { return object_at<Head>(in); }
  static const X* arguments(const std::byte* in) noexcept {
    return reinterpret_cast<const X*>(in + kArguments);
  }
};

/// A run of calls f(x), for map().
template <class F, class X>
struct MappedCalls {
  using Result = std::invoke_result_t<const F&, const X&>;
  using Layout = RunLayout<F, X>;
  static constexpr std::size_t kMost =
      std::is_void_v<Result>
          ? Layout::kMost
          : std::min(Layout::kMost, kTaskBytes / std::max<std::size_t>(kResultBytes<Result>, 1));

  static void invoke(const std::byte* in, std::byte* out, std::uint32_t count) {
    const F& f = Layout::head(in);
    const X* x = Layout::arguments(in);
    for (std::size_t i = 0; i < count; ++i) call_one(f, x[i], out + i * kResultBytes<Result>);
  }
};

/// Combines values as a balanced tree by their order: neighbours, then neighbours of those, and so on; what
/// has no neighbour goes up as it is. The shape depends on the number of values alone, and blocks of a power
/// of two of them, combined before, give the same tree. Overwrites the values. Requires: there is one.
template <class R, class Op>
R combine_tree(R* values, std::size_t count, const Op& op) {
  for (; count > 1; count = (count + 1) / 2) {
    for (std::size_t i = 0; i < count / 2; ++i) values[i] = std::invoke(op, values[2 * i], values[2 * i + 1]);
    if (count % 2 == 1) values[count / 2] = values[count - 1];
  }
  return values[0];
}

inline constexpr std::size_t kMostInBlock = 64;

/// A run of calls f(x) in blocks, for reduce(): one result per block, combined with op.
template <class F, class Op, class X>
struct ReducedCalls {
  using Result = std::invoke_result_t<const F&, const X&>;
  struct Head {
    F f;
    Op op;
    std::uint32_t block;
  };
  using Layout = RunLayout<Head, X>;
  /// By the number of values alone, so that the tree does not depend on the workers.
  static constexpr std::size_t block_size(std::size_t values) {
    constexpr std::size_t kEnoughBlocks = 1024;
    return std::bit_floor(
        std::clamp<std::size_t>(values / kEnoughBlocks, 1, std::min(Layout::kMost, kMostInBlock)));
  }
  static constexpr std::size_t kMostBlocks = kTaskBytes / kResultBytes<Result>;

  static void invoke(const std::byte* in, std::byte* out, std::uint32_t count) {
    const Head& head = Layout::head(in);
    const X* x = Layout::arguments(in);
    std::array<Result, kMostInBlock> values;
    for (std::size_t begin = 0; begin < count; begin += head.block, out += sizeof(Result)) {
      const std::size_t size = std::min<std::size_t>(head.block, count - begin);
      for (std::size_t i = 0; i < size; ++i) values[i] = std::invoke(head.f, x[begin + i]);
      put_at(out, combine_tree(values.data(), size, head.op));
    }
  }
};

/// A tuple as bytes, for starmap(): a std::tuple is not trivially copyable. Called with a function, it calls
/// that with what it holds.
template <class Tuple>
auto pack_tuple(const Tuple& tuple) {
  return std::apply(
      [](const auto&... members) {
        return [members...](const auto& f) -> decltype(auto) { return std::invoke(f, members...); };
      },
      tuple);
}

}  // namespace shmkit::detail
