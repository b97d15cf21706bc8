#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.hpp"

// What does it cost to attach to an array and to detach, beside the four system calls that nobody can avoid?
namespace {

using namespace shmkit;

constexpr std::uint64_t kElements = 1 << 20;

void bare(benchmark::State& state) {
  bench::ScratchArray scratch(Kind::float64, {kElements});
  const std::string name = "/" + scratch.name().text();
  for (auto _ : state) {
    const int fd = ::shm_open(name.c_str(), O_RDWR, 0);
    struct stat st {};
    ::fstat(fd, &st);
    void* data =
        ::mmap(nullptr, static_cast<std::size_t>(st.st_size), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED) state.SkipWithError("mmap failed");
    ::munmap(data, static_cast<std::size_t>(st.st_size));
    ::close(fd);
  }
}

void attach(benchmark::State& state) {
  bench::ScratchArray scratch(Kind::float64, {kElements});
  if (AnyArray::attach(scratch.name()).shape().size() != kElements) state.SkipWithError("wrong shape");
  for (auto _ : state) benchmark::DoNotOptimize(AnyArray::attach(scratch.name()).bytes().data());
}

BENCHMARK(bare)->Name("attach/bare_system_calls")->UseRealTime();
BENCHMARK(attach)->Name("attach/shmkit")->UseRealTime();

}  // namespace
