#pragma once

#include <hwy/targets.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/kernel.hpp"
#include "kernels/order.hpp"

// Runs a kernel as a job would, without one: every chunk once, last chunk first, then combine().
namespace shmkit::kernel {

inline Arguments with_defaults(const Kernel& row, Arguments arguments) {
  for (const ArgumentInfo& info : row.info.arguments) {
    arguments.try_emplace(std::string(info.name), std::string(info.fallback));
  }
  return arguments;
}

/// Arrays of one length, as a job hands them to a kernel. `out` may be one of `in`, or none.
struct TestOperands {
  std::array<Column, 2> in;
  Column out;
  std::uint64_t size = 0;
};

inline Params params_of(const Kernel& row, const Arguments& arguments, const Operands& operands) {
  return row.prepare == nullptr ? Params{} : row.prepare(with_defaults(row, arguments), operands);
}

/// Runs all chunks, last one first, each in its own misery: what a chunk complains of is thrown.
inline std::optional<Value> run_operands(const Kernel& row, const TestOperands& arrays, std::uint64_t chunks,
                                         const Params& params) {
  const std::array<Kind, 2> kinds{arrays.in[0].kind, arrays.in[1].kind};
  const std::size_t bytes = row.partial_bytes == nullptr ? 0 : row.partial_bytes(kinds, params);
  const std::size_t stride = (bytes + 15) / 16 * 16;
  std::vector<std::byte> partials(stride * chunks + 1, std::byte{0xA5});
  const auto column = [](Column whole, std::uint64_t begin) {
    if (whole.data != nullptr) whole.data += begin * DType(whole.kind).itemsize();
    return whole;
  };
  for (std::uint64_t chunk = chunks; chunk-- > 0;) {
    const std::uint64_t begin = arrays.size * chunk / chunks;
    Complaint complaint;
    row.run({.size = arrays.size,
             .begin = begin,
             .end = arrays.size * (chunk + 1) / chunks,
             .in = {column(arrays.in[0], begin), column(arrays.in[1], begin)},
             .out = column(arrays.out, begin),
             .params = &params,
             .partial = partials.data() + chunk * stride,
             .context = row.context,
             .complaint = &complaint});
    if (complaint.made) throw std::runtime_error(complaint.text.data());
  }
  if (row.combine == nullptr) return std::nullopt;
  return row.combine({kinds, arrays.size, chunks, partials.data(), stride, &params});
}

/// A kernel of one array, which it reads, writes or changes.
template <Element T>
std::optional<Value> run_row(const Kernel& row, std::vector<Stored<T>>& data, std::uint64_t chunks,
                             const Arguments& arguments = {}) {
  const Kind kind = KindOf<T>::value;
  const Column column{kind, reinterpret_cast<std::byte*>(data.data())};
  const Params params = params_of(row, arguments, {{kind, kind}, data.size()});
  return run_operands(row, {{column, Column{kind, nullptr}}, column, data.size()}, chunks, params);
}

/// The result of a reduction; of its exact kernel where its own partials do not decide.
template <Element T>
Value run_reduction(std::string_view kernel, std::vector<Stored<T>> data, std::uint64_t chunks = 1,
                    const Arguments& arguments = {}) {
  const Kernel& row = *find(kernel);
  if (auto value = run_row<T>(row, data, chunks, arguments)) return *value;
  return run_row<T>(*row.exact, data, chunks, arguments).value();
}

/// The result of a kernel without arrays.
inline Value run_compute(std::string_view kernel, const Arguments& arguments, std::uint64_t chunks = 1) {
  const Kernel& row = *find(kernel);
  const Params params = params_of(row, arguments, {});
  return run_operands(row, {{}, {}, row.items(params)}, chunks, params).value();
}

/// What a generator writes.
template <Element T>
std::vector<Stored<T>> run_generator(std::string_view kernel, std::size_t size, const Arguments& arguments,
                                     std::uint64_t chunks = 1) {
  std::vector<Stored<T>> data(size);
  run_row<T>(*find(kernel), data, chunks, arguments);
  return data;
}

/// A result that is a real floating-point number.
inline double real_result(const Value& value) {
  return std::visit(
      []<class T>(T number) -> double {
        if constexpr (std::is_floating_point_v<T>)
          return static_cast<double>(number);
        else
          throw std::runtime_error("the result is no floating-point number");
      },
      value.scalar);
}

template <class T>
bool same_bits(const T& a, const T& b) {
  constexpr bool kPadded = std::is_same_v<T, long double> && std::numeric_limits<long double>::digits == 64;
  return std::memcmp(&a, &b, kPadded ? 10 : sizeof(T)) == 0;
}

inline bool same_bits(const Value& a, const Value& b) {
  if (a.dtype != b.dtype || a.scalar.index() != b.scalar.index() || a.list.size() != b.list.size())
    return false;
  for (std::size_t i = 0; i < a.list.size(); ++i) {
    if (!same_bits(a.list[i], b.list[i])) return false;
  }
  if (a.scalar.index() == 0) return true;
  return std::visit(
      [&](const auto& x) { return same_bits(x, std::get<std::decay_t<decltype(x)>>(b.scalar)); }, a.scalar);
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (!same_bits(a[i], b[i])) return false;
  }
  return a.size() == b.size();
}

/// Calls visit(name) once for every instruction set that this processor and this build have.
template <class Visitor>
void for_each_target(Visitor visit) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().DeInit();
    visit(hwy::TargetName(target));
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().DeInit();
}

}  // namespace shmkit::kernel
