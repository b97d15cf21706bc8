#pragma once

#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "messages/exchange.hpp"
#include "messages/segment.hpp"

namespace shmkit::test {

inline std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The memory of a queue in this process alone, for its protocol without files and locks.
class PlainQueue {
 public:
  explicit PlainQueue(const MessageQueueOptions& options, messages::Place first = 0)
      : bytes_(new (std::align_val_t(messages::kLine)) std::byte[messages::Geometry(options).bytes()]()),
        memory_(bytes_.get(), messages::Geometry(options)) {
    messages::format(memory_, first);
  }

  const messages::QueueMemory& memory() const { return memory_; }
  messages::Exchange seat(std::uint32_t number) const { return messages::Exchange(memory_, number); }

 private:
  struct Free {
    void operator()(std::byte* bytes) const { ::operator delete[](bytes, std::align_val_t(messages::kLine)); }
  };
  std::unique_ptr<std::byte[], Free> bytes_;
  messages::QueueMemory memory_;
};

}  // namespace shmkit::test
