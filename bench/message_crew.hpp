#pragma once

#include <concepts>
#include <limits>

#include "chunk_overhead.hpp"
#include "partner.hpp"

namespace shmkit::bench {

/// Something that carries indices between processes. Made before a fork, both sides have it.
template <class T>
concept Channel = std::default_initializable<T> && requires(T channel, std::uint64_t index) {
  { T::kCapacity } -> std::convertible_to<std::uint64_t>;  // So many wait in it without blocking a sender.
  channel.send(index);
  { channel.receive() } -> std::same_as<std::uint64_t>;
};

/// Two processes that take indices out of one channel and acknowledge them through another, as one builds it
/// from messages.
template <Channel C>
class MessageCrew {
 public:
  MessageCrew() : first_([this] { serve(); }), second_([this] { serve(); }) {}
  ~MessageCrew() {
    for (unsigned worker = 0; worker < kWorkers; ++worker) requests_.send(kEnd);
  }
  MessageCrew(const MessageCrew&) = delete;
  MessageCrew& operator=(const MessageCrew&) = delete;

  /// True if every index came back.
  bool round(Partials& partials) {
    partials.start_round();
    std::uint64_t sent = 0;
    for (std::uint64_t done = 0; done < partials.chunks(); ++done) {
      // No more on the way than the acknowledgements have room for: otherwise all could block.
      for (; sent < partials.chunks() && sent - done < C::kCapacity; ++sent) requests_.send(sent);
      partials.put(acknowledgements_.receive());
    }
    return partials.complete();
  }

 private:
  static constexpr std::uint64_t kEnd = std::numeric_limits<std::uint64_t>::max();

  void serve() {
    for (;;) {
      const std::uint64_t index = requests_.receive();
      if (index == kEnd) return;
      acknowledgements_.send(index);
    }
  }

  C requests_;
  C acknowledgements_;
  static_assert(kWorkers == 2);
  Partner first_;
  Partner second_;
};

/// The benchmark of a channel.
template <Channel C>
void message_overhead(benchmark::State& state) {
  MessageCrew<C> crew;
  Partials partials(kMessages);
  check_chunks(state, crew.round(partials));
  for (auto _ : state) check_chunks(state, crew.round(partials));
  count_chunks(state, kMessages);
}

}  // namespace shmkit::bench
