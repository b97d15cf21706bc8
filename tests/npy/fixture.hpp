#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shmkit/array.hpp>
#include <shmkit/error.hpp>

namespace shmkit::npy::testing {

/// An .npy file made by hand from the words of numpy.lib.format: the oracle of these tests. The text is not
/// padded: alignment is a custom of writers, not a rule for readers.
inline std::string npy_bytes(std::string_view dictionary, std::string_view data, int major = 1) {
  std::string file = "\x93NUMPY";
  file += {static_cast<char>(major), '\0'};
  const std::size_t length = dictionary.size() + 1;
  for (int i = 0; i < (major == 1 ? 2 : 4); ++i) file += static_cast<char>(length >> (8 * i) & 0xffU);
  file.append(dictionary).append("\n").append(data);
  return file;
}

inline std::string npy_bytes(std::string_view descr, std::string_view fortran, std::string_view shape,
                             std::string_view data, int major = 1) {
  std::string dictionary = "{'descr': '";
  dictionary.append(descr).append("', 'fortran_order': ").append(fortran);
  dictionary.append(", 'shape': ").append(shape).append(", }");
  return npy_bytes(dictionary, data, major);
}

inline std::span<const std::byte> as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

inline std::string as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A directory and an array name of its own for each test, both gone afterwards.
class Npy : public ::testing::Test {
 protected:
  Npy() { std::filesystem::create_directory(directory_); }
  ~Npy() override {
    std::filesystem::remove_all(directory_);
    std::filesystem::remove(name_.path());
  }

  static std::string unique() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    return "npy_test." + std::string(test->name()) + "." + std::to_string(::getpid());
  }

  std::string path(const std::string& leaf) const { return (directory_ / leaf).string(); }

  std::string write_file(const std::string& leaf, std::string_view content) const {
    std::ofstream(path(leaf), std::ios::binary) << content;
    return path(leaf);
  }

  static std::string read_file(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  AnyArray array_of(const DType& dtype, const Shape& shape, std::string_view content) const {
    auto draft = ArrayDraft::create(name_, dtype, shape, {.replace = true});
    EXPECT_EQ(draft.array().bytes().size(), content.size());
    if (!content.empty()) std::memcpy(draft.array().writable_bytes().data(), content.data(), content.size());
    return std::move(draft).publish();
  }

  bool name_exists() const { return std::filesystem::exists(name_.path()); }
  bool directory_is_empty() const { return std::filesystem::is_empty(directory_); }

  std::filesystem::path directory_ = std::filesystem::temp_directory_path() / unique();
  Name name_ = Name::parse(unique());
};

/// What an Error says; a failure if there is none.
template <class Function>
Error error_of(Function function) {
  try {
    function();
  } catch (const Error& e) {
    return e;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {Errc::failed, "nothing was thrown"};
}

}  // namespace shmkit::npy::testing
