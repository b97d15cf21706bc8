#pragma once

#include <dirent.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <complex>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <type_traits>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include <shmkit/array.hpp>
#include <shmkit/run.hpp>

#include "helpers/error_of.hpp"
#include "queue/fault_point.hpp"

namespace shmkit::test {

using namespace std::chrono_literals;

#ifdef SHMKIT_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// `full` times, a tenth of it where a sanitizer makes everything slow.
constexpr int rounds(int full) { return kSanitized ? (full + 9) / 10 : full; }

/// Some T that this process and its later children share.
template <class T>
class SharedPage {
  static_assert(std::is_trivially_destructible_v<T>);

 public:
  SharedPage()
      : value_(new (::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
                   T{}) {}
  ~SharedPage() { ::munmap(value_, sizeof(T)); }
  SharedPage(const SharedPage&) = delete;
  SharedPage& operator=(const SharedPage&) = delete;

  T* operator->() const { return value_; }
  T& operator*() const { return *value_; }

 private:
  T* value_;
};

inline bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds most = 20s) {
  const auto end = std::chrono::steady_clock::now() + most;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(200us);
  }
  return true;
}

/// The state letter of a process in /proc/PID/stat; '-' if there is none.
inline char process_state(int pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(in, text);
  const auto paren = text.rfind(')');
  return paren == std::string::npos || paren + 2 >= text.size() ? '-' : text[paren + 2];
}

/// Waits for the end of a child that has been killed, and leaves it to be reaped. State Z is not enough: a
/// sanitizer's thread may live a little longer than the main one.
inline bool has_ended(int pid) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) == 0;
}

inline bool stop(int pid) {
  return ::kill(pid, SIGSTOP) == 0 && wait_until([=] { return process_state(pid) == 'T'; });
}

inline int open_descriptors() {
  int count = 0;
  DIR* directory = ::opendir("/proc/self/fd");
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count;
}

/// The result, bit for bit: -0.0 differs from 0.0, and a NaN equals itself.
inline std::string bits(const Value& value) {
  return std::visit(
      [&](const auto& scalar) {
        using T = std::decay_t<decltype(scalar)>;
        std::string text = std::to_string(value.scalar.index()) + " " + value.dtype.name() + " ";
        if constexpr (!std::is_same_v<T, std::monostate>) {
          // The x87 format has six bytes of padding.
          constexpr bool kX87 = std::is_same_v<T, long double> && __LDBL_MANT_DIG__ == 64;
          char raw[kX87 ? 10 : sizeof(T)];
          std::memcpy(raw, &scalar, sizeof raw);
          for (const char byte : raw) text += std::to_string(static_cast<unsigned char>(byte)) + ".";
        }
        return text;
      },
      value.scalar);
}

/// Removes its array in the end.
class TestArray {
 public:
  TestArray(const std::string& name, DType dtype, std::uint64_t size)
      : array(create(Name::parse(name), dtype, {size})) {}
  ~TestArray() { std::filesystem::remove(array.info().name.path()); }
  TestArray(const TestArray&) = delete;
  TestArray& operator=(const TestArray&) = delete;

  AnyArray array;
};

/// As errc_of(), but Errc{} where nothing was thrown.
inline Errc outcome_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& e) {
    return e.errc();
  }
  return Errc{};
}

inline RunOptions in_chunks(std::uint64_t chunks, unsigned retries = 2) {
  RunOptions options;
  options.chunks = chunks;
  options.retries = retries;
  return options;
}

inline Value serially(std::string_view kernel, AnyArray& array, RunOptions options = {}) {
  options.via = Via::serial;
  return run(kernel, array, options).result;
}

/// For tests that start processes. Ends a test that hangs, and fails one that leaves something behind: a
/// child, dead or alive, an open descriptor, a name in /dev/shm.
class ProcessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ::alarm(kSanitized ? 240 : 120);
    descriptors_ = open_descriptors();
  }

  void TearDown() override {
    queue::fault_hook = nullptr;
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
    EXPECT_EQ(open_descriptors(), descriptors_);
    EXPECT_TRUE(leftovers().empty()) << leftovers().front();
    ::alarm(0);
  }

  static std::string name(const std::string& stem) { return prefix() + stem; }

  static std::vector<std::string> leftovers() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator("/dev/shm")) {
      if (entry.path().filename().string().starts_with(prefix())) names.push_back(entry.path());
    }
    return names;
  }

 private:
  static std::string prefix() {
    static const std::string kPrefix = "shmkit_pool_test_" + std::to_string(::getpid()) + "_";
    return kPrefix;
  }

  int descriptors_ = 0;
};

}  // namespace shmkit::test
