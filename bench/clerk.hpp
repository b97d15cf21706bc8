#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>
#include <system_error>
#include <type_traits>

#include "partner.hpp"

namespace shmkit::bench {

/// A pipe for values of one type, which both sides of a fork have.
template <class T>
class Wire {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Wire() { require(::pipe2(ends_.data(), O_CLOEXEC) == 0, "pipe2"); }
  ~Wire() {
    close_sender();
    ::close(ends_[0]);
  }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void send(const T& value) { require(::write(ends_[1], &value, sizeof value) == sizeof value, "write"); }
  /// False: nobody will send any more.
  bool receive(T& value) { return ::read(ends_[0], &value, sizeof value) == sizeof value; }
  /// In the process that only receives: so it notices when the sender dies.
  void close_sender() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{};
};

/// A process that answers questions, until this object is destroyed.
template <class Question, class Answer>
class Clerk {
 public:
  /// `serve(question)` is called over there.
  explicit Clerk(std::function<Answer(const Question&)> serve) : partner_([&] { work(serve); }) {
    answers_.close_sender();
  }
  ~Clerk() {
    orders_.send({.end = true, .question = {}});
  }  // Closing would not do: later forks have the pipe.
  Clerk(const Clerk&) = delete;
  Clerk& operator=(const Clerk&) = delete;

  void ask(const Question& question) { orders_.send({.end = false, .question = question}); }
  /// The answer to the oldest question. Throws std::system_error if the clerk has died.
  Answer answer() {
    Answer answer{};
    if (!answers_.receive(answer)) throw std::system_error(ECHILD, std::generic_category(), "a helper died");
    return answer;
  }

 private:
  struct Order {
    bool end;
    Question question;
  };

  void work(const std::function<Answer(const Question&)>& serve) {
    for (Order order{}; orders_.receive(order) && !order.end;) answers_.send(serve(order.question));
  }

  Wire<Order> orders_;
  Wire<Answer> answers_;
  Partner partner_;
};

}  // namespace shmkit::bench
