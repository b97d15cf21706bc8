#pragma once

#include <benchmark/benchmark.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <memory>
#include <vector>

#include "partner.hpp"

// What is the same for all subjects of message_queue.
namespace shmkit::bench {

struct Letter {
  enum class Kind : std::uint64_t { value, pause, end };
  Kind kind = Kind::value;
  std::uint64_t value = 0;
  std::uint64_t sum = 0;
  std::array<std::uint64_t, 5> rest{};
};
static_assert(sizeof(Letter) == 64);

inline constexpr std::uint64_t kLetterCapacity = 1024;
inline constexpr std::uint64_t kLetters = 200'000;

/// A queue of letters between processes. Made before a fork, both sides have it.
template <class T>
concept LetterBox = std::default_initializable<T> && requires(T box, Letter letter) {
  box.send(letter);
  { box.receive() } -> std::same_as<Letter>;
};

/// Processes that send letters and others that receive them, all through one box. What was received is
/// counted and added up.
template <LetterBox Box>
class Mail {
 public:
  Mail(int senders, int receivers) : senders_(senders), receivers_(receivers) {
    for (int i = 0; i < senders; ++i) partners_.push_back(std::make_unique<Partner>([this] { send(); }));
    for (int i = 0; i < receivers; ++i) partners_.push_back(std::make_unique<Partner>([this] { receive(); }));
  }
  ~Mail() {
    for (int i = 0; i < senders_; ++i) orders_.send({Letter::Kind::end});
    for (int i = 0; i < receivers_; ++i) letters_.send({Letter::Kind::end});
  }
  Mail(const Mail&) = delete;
  Mail& operator=(const Mail&) = delete;

  /// Every sender sends `count` letters. True if each came once.
  bool round(std::uint64_t count) {
    for (int i = 0; i < senders_; ++i) orders_.send({Letter::Kind::value, count});
    for (int i = 0; i < senders_; ++i) reports_.receive();
    for (int i = 0; i < receivers_; ++i) letters_.send({Letter::Kind::pause});
    std::uint64_t came = 0;
    std::uint64_t sum = 0;
    for (int i = 0; i < receivers_; ++i) {
      const Letter report = reports_.receive();
      came += report.value;
      sum += report.sum;
    }
    for (int i = 0; i < receivers_; ++i) resumptions_.send({});
    const auto senders = static_cast<std::uint64_t>(senders_);
    return came == senders * count && sum == senders * (count * (count + 1) / 2);
  }

 private:
  void send() {
    for (;;) {
      const Letter order = orders_.receive();
      if (order.kind == Letter::Kind::end) return;
      for (std::uint64_t i = 1; i <= order.value; ++i) letters_.send({Letter::Kind::value, i});
      reports_.send({});
    }
  }

  void receive() {
    Letter report;
    for (;;) {
      const Letter letter = letters_.receive();
      if (letter.kind == Letter::Kind::end) return;
      if (letter.kind == Letter::Kind::value) {
        ++report.value;
        report.sum += letter.value;
        continue;
      }
      reports_.send(report);
      report = {};
      resumptions_.receive();  // So that nobody takes two pauses.
    }
  }

  int senders_;
  int receivers_;
  Box letters_;
  Box orders_;
  Box reports_;
  Box resumptions_;
  std::vector<std::unique_ptr<Partner>> partners_;
};

/// The benchmark of a queue between that many processes.
template <LetterBox Box, int kSenders, int kReceivers>
void send_letters(benchmark::State& state) {
  Mail<Box> mail(kSenders, kReceivers);
  const auto check = [&](bool right) {
    if (!right) state.SkipWithError("letters were lost, or came twice");
  };
  check(mail.round(kLetters / kSenders));
  for (auto _ : state) check(mail.round(kLetters / kSenders));
  constexpr double kPerNanosecond = 1e-9;
  state.counters["ns_per_message"] =
      benchmark::Counter(static_cast<double>(kLetters) * kPerNanosecond,
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

/// There and back: a partner that answers every letter.
template <LetterBox Box>
class Echo {
 public:
  Echo() : partner_([this] { answer(); }) {}
  ~Echo() { questions_.send({Letter::Kind::end}); }
  Echo(const Echo&) = delete;
  Echo& operator=(const Echo&) = delete;

  /// True if the answer was the right one.
  bool round_trip() {
    questions_.send({Letter::Kind::value, ++asked_});
    return answers_.receive().value == ~asked_;
  }

 private:
  void answer() {
    for (;;) {
      const Letter question = questions_.receive();
      if (question.kind == Letter::Kind::end) return;
      answers_.send({Letter::Kind::value, ~question.value});
    }
  }

  std::uint64_t asked_ = 0;
  Box questions_;
  Box answers_;
  Partner partner_;
};

}  // namespace shmkit::bench
