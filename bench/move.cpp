#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstring>
#include <numeric>
#include <vector>

#include "byte_sink.hpp"
#include "load_only.hpp"
#include "scratch.hpp"

// What does it cost to get N bytes to another process: copied through the kernel, copied once, or only
// attached? Pipe and socket: the time until a child has them all in private memory and says so. Attach: until
// they can be used; attach_and_read: until every one of them has been read.
namespace {

using namespace shmkit;

std::vector<std::byte> pattern(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 131 + (i >> 8U));
  return bytes;
}

void set_rate(benchmark::State& state, std::size_t size) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}

void through_kernel(benchmark::State& state, bench::Channel channel, std::size_t size) {
  const auto bytes = pattern(size);
  bench::ByteSink sink(channel, size);
  if (sink.send(bytes) != bench::checksum(bytes)) state.SkipWithError("the bytes arrived changed");
  for (auto _ : state) benchmark::DoNotOptimize(sink.send_unchecked(bytes));
  set_rate(state, size);
}

void copied_once(benchmark::State& state, std::size_t size) {
  const auto bytes = pattern(size);
  bench::ScratchArray scratch(Kind::uint8, {size});
  auto target = scratch.array().writable_bytes();
  for (auto _ : state) {
    std::memcpy(target.data(), bytes.data(), size);
    bench::keep(target.data());
  }
  if (bench::checksum(AnyArray::attach(scratch.name()).bytes()) != bench::checksum(bytes)) {
    state.SkipWithError("the bytes arrived changed");
  }
  set_rate(state, size);
}

void attached(benchmark::State& state, std::size_t size, bool read) {
  const auto bytes = pattern(size);
  bench::ScratchArray scratch(Kind::uint8, {size});
  std::memcpy(scratch.array().writable_bytes().data(), bytes.data(), size);
  if (bench::checksum(AnyArray::attach(scratch.name()).bytes()) != bench::checksum(bytes)) {
    state.SkipWithError("the bytes arrived changed");
  }
  for (auto _ : state) {
    const AnyArray array = AnyArray::attach(scratch.name(), Access::read_only);
    if (read) bench::keep(bench::load_only(array.bytes(), 1));
    bench::keep(array.bytes().data());
  }
  set_rate(state, size);
}

template <class Function>
void add(const std::string& size_name, const char* subject, Function function) {
  benchmark::RegisterBenchmark(fmt::format("move_{}/{}", size_name, subject).c_str(), function)
      ->UseRealTime()
      ->Unit(benchmark::kMicrosecond);
}

void add_size(const std::string& name, std::size_t size) {
  add(name, "pipe", [size](benchmark::State& s) { through_kernel(s, bench::Channel::pipe, size); });
  add(name, "unix_socket",
      [size](benchmark::State& s) { through_kernel(s, bench::Channel::unix_socket, size); });
  add(name, "memcpy", [size](benchmark::State& s) { copied_once(s, size); });
  add(name, "attach", [size](benchmark::State& s) { attached(s, size, false); });
  add(name, "attach_and_read", [size](benchmark::State& s) { attached(s, size, true); });
}

const bool kAdded = [] {
  add_size("1KiB", std::size_t{1} << 10U);
  add_size("64KiB", std::size_t{1} << 16U);
  add_size("1MiB", std::size_t{1} << 20U);
  add_size("16MiB", std::size_t{1} << 24U);
  add_size("256MiB", std::size_t{1} << 28U);
  return true;
}();

}  // namespace
