#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <csignal>
#include <string>
#include <thread>

#include <shmkit/npy.hpp>

#include "npy/fixture.hpp"
#include "npy/header.hpp"

// Oracle: the header is pinned by header_test; the data are letters whose order in the file NumPy's rules
// give.
namespace shmkit::npy {
namespace {

using testing::as_bytes;
using testing::as_text;
using testing::error_of;

constexpr bool kHostIsBig = std::endian::native == std::endian::big;

std::string header_text(const std::string& descr, bool fortran, const Shape& shape, int major = 1) {
  return as_text(format_header({descr, fortran, shape, major}));
}

class Export : public testing::Npy {
 protected:
  std::string exported(const AnyArray& array, const ExportOptions& options = {}) {
    export_npy(array, path("x.npy"), options);
    return read_file(path("x.npy"));
  }
};

TEST_F(Export, WritesElementsInOrderAsTheyAre) {
  const AnyArray array = array_of(DType::flexible(Kind::bytes, 2), {2, 3}, "aabbccddeeff");
  for (const int major : {1, 2, 3}) {
    EXPECT_EQ(exported(array, {.major_version = major}),
              header_text("|S2", false, {2, 3}, major) + "aabbccddeeff");
  }
}

TEST_F(Export, WritesFortranOrderOnRequest) {
  EXPECT_EQ(exported(array_of(Kind::int8, {2, 3}, "abcdef"), {.fortran_order = true}),
            header_text("|i1", true, {2, 3}) + "adbecf");
  EXPECT_EQ(exported(array_of(Kind::uint8, {2, 2, 2}, "abcdefgh"), {.fortran_order = true}),
            header_text("|u1", true, {2, 2, 2}) + "aecgbfdh");
}

TEST_F(Export, SaysCOrderWhereBothAreTheSameAsNumPyDoes) {
  EXPECT_EQ(exported(array_of(Kind::int8, {1, 3}, "abc"), {.fortran_order = true}),
            header_text("|i1", false, {1, 3}) + "abc");
  EXPECT_EQ(exported(array_of(Kind::int8, {0, 3}, ""), {.fortran_order = true}),
            header_text("|i1", false, {0, 3}));
  EXPECT_EQ(exported(array_of(Kind::int8, {}, "a"), {.fortran_order = true}),
            header_text("|i1", false, {}) + "a");
}

TEST_F(Export, WritesEitherByteOrder) {
  const AnyArray array = array_of(Kind::complex64, {1, 2}, "abcdefghijklmnop");
  const std::string turned = "dcbahgfelkjiponm";
  EXPECT_EQ(exported(array, {.big_endian = kHostIsBig}),
            header_text(kHostIsBig ? ">c8" : "<c8", false, {1, 2}) + "abcdefghijklmnop");
  EXPECT_EQ(exported(array, {.big_endian = !kHostIsBig}),
            header_text(kHostIsBig ? "<c8" : ">c8", false, {1, 2}) + turned);
}

// Oracle: import_npy(), which has its own tests, must undo it.
TEST_F(Export, IsUndoneByImport) {
  std::string content(4 * 5 * 6 * 16, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 7 % 251);
  for (const DType& dtype : {DType(Kind::int16), DType(Kind::float32), DType(Kind::float64),
                             DType(Kind::complex128), DType::flexible(Kind::unicode, 12),
                             DType::flexible(Kind::raw, 5), DType::time(Kind::datetime64, TimeUnit::us)}) {
    const std::string data = content.substr(0, 4 * 5 * 6 * dtype.itemsize());
    for (const bool fortran : {false, true}) {
      for (const bool big : {false, true}) {
        export_npy(array_of(dtype, {4, 5, 6}, data), path("x.npy"),
                   {.fortran_order = fortran, .big_endian = big});
        const AnyArray back = import_npy(path("x.npy"), name_, {.replace = true});
        EXPECT_EQ(back.dtype(), dtype);
        EXPECT_EQ(as_text(back.bytes()), data) << dtype.name() << fortran << big;
      }
    }
  }
}

TEST_F(Export, ReplacesAFileUnlessToldNotToAndKeepsItsMode) {
  const AnyArray array = array_of(Kind::int8, {1}, "a");
  const auto file = write_file("x.npy", "precious");
  ::chmod(file.c_str(), 0604);
  EXPECT_EQ(error_of([&] { export_npy(array, file, {.replace = false}); }).errc(), Errc::exists);
  EXPECT_EQ(read_file(file), "precious");
  EXPECT_TRUE(exported(array).ends_with("a"));
  EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0604));
}

TEST_F(Export, FollowsASymbolicLinkAndKeepsIt) {
  const auto target = write_file("target", "old");
  std::filesystem::create_symlink(target, path("link"));
  export_npy(array_of(Kind::int8, {1}, "a"), path("link"));
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_TRUE(read_file(target).ends_with("a"));
}

TEST_F(Export, GivesANewFileTheModeThatTheUmaskLeaves) {
  const ::mode_t old = ::umask(026);
  exported(array_of(Kind::int8, {1}, "a"));
  ::umask(old);
  EXPECT_EQ(std::filesystem::status(path("x.npy")).permissions(), std::filesystem::perms(0640));
}

TEST_F(Export, WritesToAPathInTheWorkingDirectory) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(directory_);
  export_npy(array_of(Kind::int8, {1}, "a"), "here.npy");
  std::filesystem::current_path(before);
  EXPECT_TRUE(read_file(path("here.npy")).ends_with("a"));
}

TEST_F(Export, WritesThroughSpecialFilesInsteadOfReplacingThem) {
  const AnyArray array = array_of(Kind::int8, {2, 2}, "abcd");
  ::mkfifo(path("fifo").c_str(), 0600);
  std::string received;
  std::thread reader([&] { received = read_file(path("fifo")); });
  export_npy(array, path("fifo"), {.fortran_order = true, .replace = false});
  reader.join();
  EXPECT_EQ(received, header_text("|i1", true, {2, 2}) + "acbd");
  export_npy(array, "/dev/null");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(Export, WritesToStandardOutput) {
  const AnyArray array = array_of(Kind::int8, {2}, "ab");
  const int saved = ::dup(STDOUT_FILENO);
  const int fd = ::open(path("out").c_str(), O_CREAT | O_WRONLY, 0600);
  ::dup2(fd, STDOUT_FILENO);
  export_npy(array, "-");
  ::dup2(saved, STDOUT_FILENO);
  ::close(saved);
  ::close(fd);
  EXPECT_EQ(read_file(path("out")), header_text("|i1", false, {2}) + "ab");
}

TEST_F(Export, ReportsAReaderThatHasGone) {
  const AnyArray array = array_of(Kind::int8, {1000000}, std::string(1000000, 'x'));
  const auto old = ::signal(SIGPIPE, SIG_IGN);
  ::mkfifo(path("fifo").c_str(), 0600);
  std::thread reader([&] { ::close(::open(path("fifo").c_str(), O_RDONLY)); });
  const Error error = error_of([&] { export_npy(array, path("fifo")); });
  reader.join();
  ::signal(SIGPIPE, old);
  EXPECT_EQ(error.errc(), Errc::failed);
  EXPECT_NE(std::string(error.what()).find("its reader has gone"), std::string::npos) << error.what();
}

TEST_F(Export, ReportsAFullDevice) {
  EXPECT_EQ(error_of([&] { export_npy(array_of(Kind::int8, {1}, "a"), "/dev/full"); }).errc(),
            Errc::no_space);
}

TEST_F(Export, RefusesAFileThatDoesNotFitAndLeavesNothing) {
  const AnyArray array = array_of(Kind::int8, {1000000}, std::string(1000000, 'x'));
  struct rlimit old {};
  ::getrlimit(RLIMIT_FSIZE, &old);
  const struct rlimit tight { 500000, old.rlim_max };
  ::setrlimit(RLIMIT_FSIZE, &tight);
  const Error error = error_of([&] { export_npy(array, path("x.npy")); });
  ::setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_EQ(error.errc(), Errc::no_space);
  EXPECT_NE(std::string(error.what()).find("needs 1000128 bytes"), std::string::npos) << error.what();
  EXPECT_TRUE(directory_is_empty());
}

TEST_F(Export, RefusesPlacesWhereNoFileCanBe) {
  const AnyArray array = array_of(Kind::int8, {1}, "a");
  const Error directory = error_of([&] { export_npy(array, directory_); });
  EXPECT_EQ(directory.errc(), Errc::failed);
  EXPECT_NE(std::string(directory.what()).find("it is a directory"), std::string::npos);
  EXPECT_EQ(error_of([&] { export_npy(array, path("missing/x.npy")); }).errc(), Errc::not_found);
  EXPECT_EQ(error_of([&] { export_npy(array, path("x.npy"), {.major_version = 4}); }).errc(), Errc::usage);
  EXPECT_TRUE(directory_is_empty());
}

TEST_F(Export, StopsWhenProgressThrowsAndLeavesNothing) {
  const AnyArray array = array_of(Kind::int8, {6000, 6000}, std::string(36000000, 'x'));
  const auto stop = [](std::uint64_t done, std::uint64_t total) {
    EXPECT_EQ(total, 36000000U);
    if (done > 0) throw Error(Errc::failed, "enough");
  };
  for (const bool fortran : {false, true}) {
    const Error error = error_of([&] { export_npy(array, path("x.npy"), {.fortran_order = fortran}, stop); });
    EXPECT_STREQ(error.what(), "enough");
    EXPECT_TRUE(directory_is_empty());
  }
}

}  // namespace
}  // namespace shmkit::npy
