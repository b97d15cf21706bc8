#include "executor/thrown.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <typeinfo>

#include <shmkit/future.hpp>

namespace shmkit::executor {
namespace {

/// The output of a task that threw: this, then the three texts.
struct Thrown {
  Errc errc;
  std::uint32_t type_size;
  std::uint32_t message_size;
  std::uint32_t hint_size;
};

constexpr std::size_t kMostType = 200;
constexpr std::size_t kMostHint = 200;
constexpr std::size_t kMostMessage = detail::kTaskBytes - sizeof(Thrown) - kMostType - kMostHint;

// Does not throw: whoever is here may have run out of memory.
void write(TaskSlot& slot, Errc errc, std::string_view type, std::string_view message,
           std::string_view hint) noexcept {
  type = type.substr(0, kMostType);
  message = message.substr(0, kMostMessage);
  hint = hint.substr(0, kMostHint);
  const Thrown thrown{errc, static_cast<std::uint32_t>(type.size()),
                      static_cast<std::uint32_t>(message.size()), static_cast<std::uint32_t>(hint.size())};
  std::memcpy(slot.out.data(), &thrown, sizeof(thrown));
  std::byte* at = slot.out.data() + sizeof(thrown);
  for (const std::string_view text : {type, message, hint})
    at = std::ranges::copy(std::as_bytes(std::span(text)), at).out;
}

struct Free {
  void operator()(char* text) const noexcept { std::free(text); }
};

std::string_view readable(const char* mangled, std::unique_ptr<char, Free>& memory) noexcept {
  int status = 0;
  memory.reset(abi::__cxa_demangle(mangled, nullptr, nullptr, &status));
  return status == 0 ? memory.get() : mangled;
}

}  // namespace

void write_thrown(TaskSlot& slot) noexcept {
  const std::type_info* type = abi::__cxa_current_exception_type();
  std::unique_ptr<char, Free> memory;
  const std::string_view name = type == nullptr ? "unknown" : readable(type->name(), memory);
  try {
    throw;
  } catch (const RemoteError& e) {  // The task had a pool of its own.
    write(slot, e.errc(), e.type_name(), e.what(), e.hint());
  } catch (const Error& e) {
    write(slot, e.errc(), name, e.what(), e.hint());
  } catch (const std::exception& e) {
    write(slot, Errc::failed, name, e.what(), {});
  } catch (...) {
    write(slot, Errc::failed, name, "the task threw something that is no std::exception", {});
  }
}

std::exception_ptr read_thrown(const TaskSlot& slot) {
  Thrown thrown{};
  std::memcpy(&thrown, slot.out.data(), sizeof(thrown));
  const char* at = reinterpret_cast<const char*>(slot.out.data()) + sizeof(thrown);
  std::size_t room = slot.out.size() - sizeof(thrown);
  const auto take = [&](std::size_t size) {
    size = std::min(size, room);
    std::string text(at, size);
    at += size;
    room -= size;
    return text;
  };
  std::string type = take(thrown.type_size);
  std::string message = take(thrown.message_size);
  std::string hint = take(thrown.hint_size);
  return std::make_exception_ptr(
      RemoteError(thrown.errc, std::move(message), std::move(hint), std::move(type)));
}

}  // namespace shmkit::executor
