#pragma once

#include <benchmark/benchmark.h>

#include <concepts>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "clerk.hpp"
#include "fixture.hpp"

// What is the same for all subjects of move: the bytes, and how a rival gets them to another process.
namespace shmkit::bench {

/// The bytes that are moved, in private memory. Those of every size begin like those of a larger one.
class Payload {
 public:
  explicit Payload(std::uint64_t bytes);
  std::span<const std::byte> bytes() const noexcept { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

/// Where a rival's receiver puts what it gets. It is only shared so that this process can look at what has
/// arrived. Made before the receivers are forked; memory is taken when it is written.
class Inbox {
 public:
  static Inbox& get();
  ~Inbox();
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  std::byte* data() noexcept { return data_; }
  /// As if nothing had arrived yet.
  void clear(std::uint64_t bytes) noexcept;
  bool holds(std::span<const std::byte> bytes) const noexcept;

 private:
  Inbox();
  std::byte* data_;
};

/// Bytes on their way: where they are in the sender.
struct Parcel {
  const std::byte* from = nullptr;
  std::uint64_t bytes = 0;
};

/// A way to move bytes from one process to another, which was forked when it was there already. Made with a
/// std::system_error where the machine does not have it.
template <class T>
concept Carrier = std::default_initializable<T> && requires(T carrier, const Parcel& parcel, std::byte* to) {
  carrier.send(parcel);
  { carrier.receive(parcel, to) } -> std::same_as<int>;  // 0, or an errno.
};

/// A receiver that acknowledges when it has everything.
template <Carrier C>
class Delivery {
 public:
  explicit Delivery(std::uint64_t /*one for all sizes*/ = 0)
      : receiver_([this](const Parcel& parcel) { return carrier_.receive(parcel, inbox_.data()); }) {}

  /// Throws std::system_error where the receiver was not allowed to, or has died.
  void deliver(std::span<const std::byte> bytes) {
    const Parcel parcel{bytes.data(), bytes.size()};
    receiver_.ask(parcel);
    carrier_.send(parcel);
    if (const int error = receiver_.answer(); error != 0)
      throw std::system_error(error, std::generic_category(), "the receiver");
  }

 private:
  Inbox& inbox_ = Inbox::get();
  C carrier_;
  Clerk<Parcel, int> receiver_;
};

/// Registers move/SUBJECT/BYTES for every size. Of large sizes a repetition has so few iterations that it
/// takes about a second at most, unless there is `no_limit` because the time does not depend on the size.
enum class Pace { bounded, no_limit };
void add_move(const std::string& subject, Pace pace,
              const std::function<void(benchmark::State&, std::uint64_t)>& move);

inline void count_moved(benchmark::State& state, std::uint64_t bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

template <Carrier C>
void carry(benchmark::State& state, std::uint64_t bytes) {
  static std::set<std::uint64_t> verified;
  const bool known = verified.contains(bytes);
  if (!known && !spare_memory(state, 3 * bytes)) return;
  const Payload* payload = fixture<Payload>(state, bytes);
  auto* delivery = payload != nullptr ? fixture<Delivery<C>>(state, 0) : nullptr;
  if (delivery == nullptr) return;
  try {
    if (!known) {
      Inbox::get().clear(bytes);
      delivery->deliver(payload->bytes());
      if (!Inbox::get().holds(payload->bytes())) return state.SkipWithError("the bytes arrived changed");
      verified.insert(bytes);
    }
    for (auto _ : state) delivery->deliver(payload->bytes());
  } catch (const std::system_error& e) {
    const bool forbidden = e.code().value() == EPERM || e.code().value() == ENOSYS;
    return forbidden ? skip(state, e.what()) : state.SkipWithError(e.what());
  }
  count_moved(state, bytes);
}

}  // namespace shmkit::bench
