#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "partner.hpp"

namespace shmkit::bench {

/// Two processes and two words in shared memory, each on a cache line of its own: nothing goes between
/// processes faster.
class PingPong {
 public:
  enum class Waiting {
    sleeping,  ///< Both in the futex of the word that the other one writes.
    spinning,  ///< Both look at it all the time.
  };

  explicit PingPong(Waiting waiting);
  ~PingPong();
  PingPong(const PingPong&) = delete;
  PingPong& operator=(const PingPong&) = delete;

  /// Asks the partner and waits for the answer. True if it is the right one.
  bool round_trip();

 private:
  struct Words {
    alignas(64) std::atomic<std::uint32_t> question{0};
    alignas(64) std::atomic<std::uint32_t> answer{0};
  };

  struct Unmap {
    void operator()(Words* words) const;
  };
  using Mapping = std::unique_ptr<Words, Unmap>;

  static Mapping map();
  static constexpr std::uint32_t answer_to(std::uint32_t question) { return question ^ 0x5A5A5A5AU; }

  void put(std::atomic<std::uint32_t>& word, std::uint32_t value) const;
  std::uint32_t wait_until_changed(const std::atomic<std::uint32_t>& word, std::uint32_t seen) const;
  void serve() const;

  Waiting waiting_;
  Mapping words_;
  std::uint32_t asked_ = 0;
  Partner partner_;
};

}  // namespace shmkit::bench
