#include <algorithm>
#include <cstring>
#include <numeric>

#include "fixture.hpp"
#include "memory_loops.hpp"
#include "quick.hpp"
#include "scratch.hpp"

// What does memory allow, to one core and to all of them: loading, storing, and both? In mapped shared
// memory, larger than caches. What uses one core only is called SUBJECT_one_core. A copy counts what it reads
// and what it writes.
namespace {

using namespace shmkit;
using bench::Stores;

class Buffers {
 public:
  static std::uint64_t each() noexcept { return bench::full_or_quick(1U << 29U, 1U << 28U); }

  static Buffers* get(benchmark::State& state) { return bench::fixture<Buffers>(state, 2 * each()); }

  explicit Buffers(std::uint64_t bytes)
      : from_(bench::unnamed_array(Kind::uint64, {bytes / 2 / sizeof(std::uint64_t)})),
        to_(bench::unnamed_array(Kind::uint64, {bytes / 2 / sizeof(std::uint64_t)})) {
    const auto words = from_.array().writable_elements<std::uint64_t>();
    std::iota(words.begin(), words.end(), std::uint64_t{1});
    std::ranges::fill(to_.array().writable_bytes(), std::byte{0});
  }

  std::span<const std::byte> from() { return from_.array().bytes(); }
  std::span<std::byte> to() { return to_.array().writable_bytes(); }

 private:
  ArrayDraft from_;
  ArrayDraft to_;
};

void count_bytes(benchmark::State& state, std::uint64_t bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

std::string name_of(const char* loop, Stores stores, unsigned cores) {
  return std::string("floor/") + loop + std::to_string(static_cast<int>(stores)) + std::to_string(cores);
}

bool loads_all(Buffers& buffers, unsigned cores) {
  std::uint64_t wanted = 0;
  for (const std::uint64_t word : std::span(reinterpret_cast<const std::uint64_t*>(buffers.from().data()),
                                            Buffers::each() / sizeof(std::uint64_t)))
    wanted ^= word;
  return bench::load_only(buffers.from(), cores) == wanted;
}

void loads(benchmark::State& state, Buffers& buffers, unsigned cores) {
  if (!bench::right_once("floor/loads" + std::to_string(cores), [&] { return loads_all(buffers, cores); }))
    return state.SkipWithError("not every word was loaded");
  for (auto _ : state) bench::keep(bench::load_only(buffers.from(), cores));
  count_bytes(state, Buffers::each());
}

bool stores_all(Buffers& buffers, Stores stores, unsigned cores) {
  std::ranges::fill(buffers.to(), std::byte{0});
  bench::store_only(buffers.to(), ~std::uint64_t{0}, stores, cores);
  return std::ranges::count(buffers.to(), std::byte{0xFF}) == std::ssize(buffers.to());
}

template <Stores kStores>
void stores(benchmark::State& state, Buffers& buffers, unsigned cores) {
  if (!bench::right_once(name_of("stores", kStores, cores),
                         [&] { return stores_all(buffers, kStores, cores); }))
    return state.SkipWithError("not every word was stored");
  for (std::uint64_t word = 0; auto _ : state) bench::store_only(buffers.to(), ++word, kStores, cores);
  count_bytes(state, Buffers::each());
}

bool copies_all(Buffers& buffers, Stores stores, unsigned cores) {
  std::ranges::fill(buffers.to(), std::byte{0});
  bench::copy_bytes(buffers.from(), buffers.to(), stores, cores);
  return std::memcmp(buffers.from().data(), buffers.to().data(), Buffers::each()) == 0;
}

template <Stores kStores>
void copies(benchmark::State& state, Buffers& buffers, unsigned cores) {
  if (!bench::right_once(name_of("copies", kStores, cores),
                         [&] { return copies_all(buffers, kStores, cores); }))
    return state.SkipWithError("the copy is another");
  for (auto _ : state) bench::copy_bytes(buffers.from(), buffers.to(), kStores, cores);
  count_bytes(state, 2 * Buffers::each());
}

using Loop = void (*)(benchmark::State&, Buffers&, unsigned cores);

void add(const std::string& subject, Loop loop, unsigned cores) {
  benchmark::RegisterBenchmark(("floor/" + subject).c_str(),
                               [loop, cores](benchmark::State& state) {
                                 if (Buffers* buffers = Buffers::get(state)) loop(state, *buffers, cores);
                               })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

const bool kAdded = [] {
  for (const auto& [subject, loop] : {std::pair<std::string, Loop>{"load_only", loads},
                                      {"store_only", stores<Stores::plain>},
                                      {"store_non_temporal", stores<Stores::non_temporal>},
                                      {"copy", copies<Stores::plain>},
                                      {"copy_non_temporal", copies<Stores::non_temporal>}}) {
    add(subject, loop, default_workers().count);
    add(subject + "_one_core", loop, 1);
  }
  return true;
}();

}  // namespace
