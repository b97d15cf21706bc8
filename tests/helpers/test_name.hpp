#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <shmkit/name.hpp>

namespace shmkit::test {

/// What everything that this test process puts into /dev/shm starts with.
inline std::string name_prefix() { return "test-" + std::to_string(::getpid()) + "-"; }

/// A name in /dev/shm that nobody else has: "test-PID-N". Whatever gets that name is removed when this goes,
/// also when the test fails. A forked child that leaves with _exit removes nothing.
class TestName {
 public:
  TestName() : text_(name_prefix() + std::to_string(next_++)) {}
  TestName(const TestName&) = delete;
  TestName& operator=(const TestName&) = delete;
  ~TestName() {
    std::error_code ignored;
    std::filesystem::remove_all(path(), ignored);
  }

  const std::string& text() const { return text_; }
  std::string path() const { return "/dev/shm/" + text_; }
  Name name() const { return Name::parse(text_); }
  bool taken() const { return std::filesystem::exists(std::filesystem::symlink_status(path())); }

  /// Puts a file with this content under the name.
  void write(std::string_view content) const { std::ofstream(path(), std::ios::binary) << content; }

 private:
  static inline int next_ = 0;
  std::string text_;
};

/// A directory on a disk (or whatever temporary files are on) that goes with all it holds.
class TestDirectory {
 public:
  TestDirectory() { std::filesystem::create_directory(path_); }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  ~TestDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string operator/(std::string_view leaf) const { return (path_ / leaf).string(); }
  Name name(std::string_view leaf) const { return Name::parse("file://" + (*this / leaf)); }
  bool empty() const { return std::filesystem::is_empty(path_); }

 private:
  static inline int next_ = 0;
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("shmkit-" + name_prefix() + std::to_string(next_++));
};

/// How many names in /dev/shm this test process is the reason for, hidden ones included.
inline int names_left() {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm")) {
    const std::string leaf = entry.path().filename().string();
    if (leaf.find(name_prefix()) != std::string::npos) ++count;
  }
  return count;
}

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace shmkit::test
