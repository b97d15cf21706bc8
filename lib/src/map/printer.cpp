#include "map/printer.hpp"

#include <algorithm>
#include <chrono>

#include "os/capture.hpp"
#include "os/file.hpp"
#include "os/stop_signals.hpp"

namespace shmkit::map {
namespace {

constexpr std::size_t kBuffer = 1U << 16U;
// What a pipe takes without waiting, once it takes anything (PIPE_BUF).
constexpr std::size_t kSmall = 4096;
// A reader that reads takes something within it.
constexpr std::chrono::milliseconds kLook{200};
constexpr std::chrono::milliseconds kLastChance{100};

}  // namespace

void Printer::print(const Stream& stream, const os::Fd& file, Extent extent) {
  if (extent.size > 0 && current_ != &stream) {
    flush();
    current_ = &stream;
  }
  while (extent.size > 0 && complete_) {
    const std::size_t before = buffer_.size();
    const std::size_t part = std::min<std::uint64_t>(extent.size, kBuffer - before);
    buffer_.resize(before + part);
    os::read_at(file, std::span(buffer_).subspan(before), extent.offset, "output of a command");
    extent = {extent.offset + part, extent.size - part};
    if (buffer_.size() == kBuffer) flush();
  }
}

bool Printer::flush() {
  if (!buffer_.empty() && before_) before_();
  for (std::size_t written = 0; written < buffer_.size() && complete_;) complete_ = put(written);
  buffer_.clear();
  return complete_;
}

// False: what is left will not be written.
bool Printer::put(std::size_t& written) {
  const auto left = std::span<const std::byte>(buffer_).subspan(written);
  const bool in_a_hurry = !patient_ || os::StopSignals::wishes() > 0;
  // Never a write that could block: a signal just before it would be noticed by nobody.
  if (!os::wait_writable(current_->descriptor, in_a_hurry ? kLastChance : kLook)) return !in_a_hurry;
  const auto put =
      os::put_some(current_->descriptor, left.first(std::min(left.size(), kSmall)), current_->name);
  reader_gone_ = !put;
  if (!put) return false;
  written += *put;
  return true;
}

}  // namespace shmkit::map
