#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <shmkit/npy.hpp>

#include "npy/fixture.hpp"

// Oracle: .npy files made by hand from the format's description, with elements that are bytes or characters
// one can read. The expected array is what NumPy's order of axes and bytes makes of them.
namespace shmkit::npy {
namespace {

using testing::as_text;
using testing::error_of;
using testing::npy_bytes;

constexpr const char* kLittle = std::endian::native == std::endian::little ? "<" : ">";
constexpr const char* kBig = std::endian::native == std::endian::little ? ">" : "<";

class Import : public testing::Npy {
 protected:
  std::string imported(const std::string& file_content) {
    const AnyArray array = import_npy(write_file("x.npy", file_content), name_, {.replace = true});
    return as_text(array.bytes());
  }

  // The same through a FIFO, in two portions: what is read arrives in pieces.
  std::string imported_from_fifo(const std::string& content) {
    const std::string fifo = path("fifo");
    ::mkfifo(fifo.c_str(), 0600);
    std::jthread writer([&] {
      std::ofstream out(fifo, std::ios::binary);
      out << content.substr(0, 13) << std::flush << content.substr(13);
    });
    const AnyArray array = import_npy(fifo, name_, {.replace = true});
    writer.join();
    ::unlink(fifo.c_str());
    return as_text(array.bytes());
  }

  void expect_import(const std::string& file_content, const std::string& expected) {
    EXPECT_EQ(imported(file_content), expected);
    EXPECT_EQ(imported_from_fifo(file_content), expected);
  }

  Error refusal(const std::string& file_content) {
    const Error error = error_of([&] { imported(file_content); });
    EXPECT_FALSE(name_exists());
    return error;
  }
};

TEST_F(Import, TakesElementsInOrderAsTheyAre) {
  for (const int major : {1, 2, 3}) {
    expect_import(npy_bytes("|S2", "False", "(2, 3)", "aabbccddeeff", major), "aabbccddeeff");
    expect_import(npy_bytes(std::string(kLittle) + "i4", "False", "(3,)", "abcdABCD1234", major),
                  "abcdABCD1234");
  }
}

TEST_F(Import, TurnsFortranOrderIntoCOrder) {
  // [[a, b, c], [d, e, f]] column by column.
  expect_import(npy_bytes("|S1", "True", "(2, 3)", "adbecf"), "abcdef");
  expect_import(npy_bytes("|S2", "True", "(2, 3)", "aaddbbeeccff"), "aabbccddeeff");
  // Index (i, j, k) holds the letter 4 i + 2 j + k.
  expect_import(npy_bytes("|S1", "True", "(2, 2, 2)", "aecgbfdh"), "abcdefgh");
  expect_import(npy_bytes("|S1", "True", "(3, 1)", "abc"), "abc");
}

TEST_F(Import, TurnsTheOtherByteOrderIntoOurs) {
  const auto big = [](const char* code) { return std::string(kBig) + code; };
  expect_import(npy_bytes(big("i2"), "False", "(2,)", "abcd"), "badc");
  expect_import(npy_bytes(big("f4"), "False", "(2,)", "abcdefgh"), "dcbahgfe");
  expect_import(npy_bytes(big("M8[ns]"), "False", "(1,)", "abcdefgh"), "hgfedcba");
  expect_import(npy_bytes(big("c8"), "False", "(1,)", "abcdefgh"), "dcbahgfe");
  expect_import(npy_bytes(big("U2"), "False", "(1,)", "abcdefgh"), "dcbahgfe");
  expect_import(npy_bytes(big("S4"), "False", "(2,)", "abcdefgh"), "abcdefgh");
  expect_import(npy_bytes(big("i2"), "True", "(2, 2)", "abefcdgh"), "badcfehg");
}

TEST_F(Import, KeepsDTypeAndShapeOfOpaqueElementsToo) {
  const std::pair<std::string, DType> cases[] = {{"<M8[25s]", DType::time(Kind::datetime64, TimeUnit::s, 25)},
                                                 {"<m8", Kind::timedelta64},
                                                 {"|V8", DType::flexible(Kind::raw, 8)},
                                                 {"<U2", DType::flexible(Kind::unicode, 8)},
                                                 {"|S8", DType::flexible(Kind::bytes, 8)}};
  for (const auto& [descr, dtype] : cases) {
    const auto file = write_file("x.npy", npy_bytes(descr, "False", "(1, 2)", "abcdefghijklmnop"));
    const AnyArray array = import_npy(file, name_, {.replace = true});
    EXPECT_EQ(array.dtype(), dtype) << descr;
    EXPECT_EQ(array.shape(), Shape({1, 2})) << descr;
  }
}

TEST_F(Import, TakesScalarsAndEmptyArrays) {
  expect_import(npy_bytes("|S3", "False", "()", "abc"), "abc");
  expect_import(npy_bytes("|S3", "True", "()", "abc"), "abc");
  expect_import(npy_bytes("<f8", "False", "(0,)", ""), "");
  expect_import(npy_bytes("<f8", "True", "(3, 0, 2)", ""), "");
}

TEST_F(Import, IgnoresWhatFollowsTheDataAsNumPyDoes) {
  expect_import(npy_bytes("|S1", "False", "(3,)", "abcdef"), "abc");
}

TEST_F(Import, ReadsStandardInputFromWhereItIs) {
  const auto file = write_file("x", "skipped" + npy_bytes("|S1", "True", "(2, 2)", "acbd"));
  const int saved = ::dup(STDIN_FILENO);
  const int fd = ::open(file.c_str(), O_RDONLY);
  ::lseek(fd, 7, SEEK_SET);
  ::dup2(fd, STDIN_FILENO);
  const std::string bytes = as_text(import_npy("-", name_).bytes());
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
  ::close(fd);
  EXPECT_EQ(bytes, "abcd");
}

TEST_F(Import, RefusesWhatEndsEarlyAndLeavesNothing) {
  const auto content = npy_bytes("|S1", "False", "(10,)", "abc");
  const Error error = refusal(content);
  EXPECT_EQ(error.errc(), Errc::not_an_array);
  EXPECT_NE(std::string(error.what()).find("truncated: 3 bytes of data of 10"), std::string::npos)
      << error.what();
  for (const char* order : {"False", "True"}) {
    const Error piped = error_of([&] { imported_from_fifo(npy_bytes("|S1", order, "(5, 2)", "abc")); });
    EXPECT_NE(std::string(piped.what()).find("truncated: 3 bytes of data of 10"), std::string::npos)
        << piped.what();
    EXPECT_FALSE(name_exists());
    ::unlink(path("fifo").c_str());
  }
}

TEST_F(Import, RefusesWhatIsNoNpyFile) {
  EXPECT_EQ(refusal("1,2,3\n4,5,6\n").errc(), Errc::not_an_array);
  EXPECT_EQ(error_of([&] { import_npy(path("missing"), name_); }).errc(), Errc::not_found);
  EXPECT_EQ(error_of([&] { import_npy(directory_, name_); }).errc(), Errc::not_an_array);
  if (::geteuid() == 0) return;
  const auto file = write_file("x.npy", "x");
  ::chmod(file.c_str(), 0);
  EXPECT_EQ(error_of([&] { import_npy(file, name_); }).errc(), Errc::failed);
}

TEST_F(Import, RefusesANameThatIsTakenUnlessToldToReplaceIt) {
  array_of(Kind::int8, {1}, "x");
  const auto file = write_file("x.npy", npy_bytes("|S1", "False", "(3,)", "abc"));
  EXPECT_EQ(error_of([&] { import_npy(file, name_); }).errc(), Errc::exists);
  EXPECT_EQ(as_text(AnyArray::attach(name_).bytes()), "x");
  import_npy(file, name_, {.mode = 0640, .replace = true});
  EXPECT_EQ(as_text(AnyArray::attach(name_).bytes()), "abc");
  EXPECT_EQ(info(name_).mode, 0640U);
}

TEST_F(Import, RefusesArraysThatDoNotFitAndLeavesNothing) {
  const Error error = refusal(npy_bytes("<f8", "False", "(1000000000000,)", ""));
  EXPECT_EQ(error.errc(), Errc::not_an_array);  // A regular file tells that the data are missing.
  const Error piped =
      error_of([&] { imported_from_fifo(npy_bytes("<f8", "False", "(100000000000000,)", "")); });
  EXPECT_EQ(piped.errc(), Errc::no_space);
  EXPECT_FALSE(name_exists());
}

TEST_F(Import, ReportsProgressAndStopsWhenThatThrows) {
  const std::string content = npy_bytes("|S1", "False", "(40000000,)", std::string(40000000, 'x'));
  const auto file = write_file("x.npy", content);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> reports;
  import_npy(file, name_, {},
             [&](std::uint64_t done, std::uint64_t total) { reports.emplace_back(done, total); });
  remove(name_);
  ASSERT_GE(reports.size(), 3U);
  EXPECT_EQ(reports.front(), std::pair(std::uint64_t{0}, std::uint64_t{40000000}));
  EXPECT_EQ(reports.back(), std::pair(std::uint64_t{40000000}, std::uint64_t{40000000}));
  EXPECT_TRUE(std::ranges::is_sorted(reports));

  const auto stop = [](std::uint64_t done, std::uint64_t) {
    if (done > 0) throw Error(Errc::failed, "enough");
  };
  EXPECT_STREQ(error_of([&] { import_npy(file, name_, {}, stop); }).what(), "enough");
  EXPECT_FALSE(name_exists());
}

}  // namespace
}  // namespace shmkit::npy
