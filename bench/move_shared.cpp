#include <cstring>

#include "memory_loops.hpp"
#include "move.hpp"
#include "scratch.hpp"

// Ours: nothing is moved. attach: until the bytes can be used; attach_and_read: until every one of them has
// been read; both with detaching. memcpy: copied once, into an array that others have mapped.
namespace {

using namespace shmkit;

/// An array with the payload in it.
class SharedPayload {
 public:
  explicit SharedPayload(std::uint64_t bytes) : scratch_(Kind::uint8, {bytes}) {}

  std::span<std::byte> bytes() { return scratch_.array().writable_bytes(); }
  AnyArray attach() const { return AnyArray::attach(scratch_.name(), Access::read_only); }

 private:
  bench::ScratchArray scratch_;
};

/// Null: the benchmark has been told why.
SharedPayload* verified(benchmark::State& state, const bench::Payload* payload) {
  auto* shared = payload != nullptr ? bench::fixture<SharedPayload>(state, payload->bytes().size()) : nullptr;
  if (shared == nullptr) return nullptr;
  const auto arrives = [shared, wanted = payload->bytes()] {
    std::memcpy(shared->bytes().data(), wanted.data(), wanted.size());
    return std::memcmp(shared->attach().bytes().data(), wanted.data(), wanted.size()) == 0;
  };
  if (bench::right_once("move/" + std::to_string(payload->bytes().size()), arrives)) return shared;
  state.SkipWithError("the bytes arrived changed");
  return nullptr;
}

void copied_once(benchmark::State& state, std::uint64_t size) {
  const auto* payload = bench::fixture<bench::Payload>(state, size);
  auto* shared = verified(state, payload);
  if (shared == nullptr) return;
  for (auto _ : state) {
    std::memcpy(shared->bytes().data(), payload->bytes().data(), size);
    bench::keep(shared->bytes().data());
  }
  bench::count_moved(state, size);
}

template <bool kRead>
void attached(benchmark::State& state, std::uint64_t size) {
  auto* shared = verified(state, bench::fixture<bench::Payload>(state, size));
  if (shared == nullptr) return;
  for (auto _ : state) {
    const AnyArray array = shared->attach();
    if (kRead) bench::keep(bench::load_only(array.bytes(), 1));
    bench::keep(array.bytes().data());
  }
  bench::count_moved(state, size);
}

const bool kAdded = [] {
  bench::add_move("memcpy", bench::Pace::bounded, copied_once);
  bench::add_move("attach", bench::Pace::no_limit, attached<false>);
  bench::add_move("attach_and_read", bench::Pace::bounded, attached<true>);
  return true;
}();

}  // namespace
