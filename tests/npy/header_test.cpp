#include "npy/header.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "npy/fixture.hpp"

// Oracles: NumPy 1.24's own bytes for the written headers; the words of numpy.lib.format for the read ones.
namespace shmkit::npy {
namespace {

using testing::as_bytes;
using testing::as_text;
using testing::error_of;
using testing::npy_bytes;

Header parsed(const std::string& file) { return parse_header(as_bytes(file), "x.npy"); }

std::string with_dictionary(std::string_view dictionary) { return npy_bytes(dictionary, ""); }

struct Refusal {
  const char* description;
  std::string file;
  const char* reason;
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.description; }

class Refused : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refused, WithAReason) {
  const Error error = error_of([] { parsed(GetParam().file); });
  EXPECT_EQ(error.errc(), Errc::not_an_array);
  EXPECT_TRUE(std::string(error.what()).starts_with("cannot import 'x.npy': ")) << error.what();
  EXPECT_NE(std::string(error.what()).find(GetParam().reason), std::string::npos) << error.what();
}

std::string with_descr(std::string_view descr) { return npy_bytes(descr, "False", "(3,)", ""); }
std::string with_shape(std::string_view shape) { return npy_bytes("<f8", "False", shape, ""); }

std::string version(char major, char minor) {
  std::string file = with_descr("<f8");
  file[6] = major;
  file[7] = minor;
  return file;
}

std::string claiming(std::uint32_t length) {
  std::string file = npy_bytes("<f8", "False", "(3,)", "", 2);
  for (unsigned i = 0; i < 4; ++i) file[8 + i] = static_cast<char>(length >> (8 * i) & 0xffU);
  return file;
}

std::string ones(std::size_t rank) {
  std::string shape = "(";
  for (std::size_t i = 0; i < rank; ++i) shape += "1, ";
  return shape + ")";
}

INSTANTIATE_TEST_SUITE_P(
    Files, Refused,
    ::testing::Values(
        Refusal{"nothing", "", "it is empty"},
        Refusal{"another magic", "PK\x03\x04 and so on", "does not begin with"},
        Refusal{"another magic, short", "PK", "does not begin with"},
        Refusal{"half the magic", "\x93NUM", "truncated"},
        Refusal{"half the length", std::string("\x93NUMPY\x01\x00v", 9), "truncated"},
        Refusal{"half the header", with_descr("<f8").substr(0, 40), "truncated: 40 bytes of a header of"},
        Refusal{"version 0.0", version(0, 0), "version is 0.0"},
        Refusal{"version 4.0", version(4, 0), "version is 4.0"},
        Refusal{"version 1.1", version(1, 1), "version is 1.1"},
        Refusal{"huge header", claiming(0xffffffff), "4294967295"},
        Refusal{"header above 1 MiB", claiming((1U << 20U) + 1), "1048577"},
        Refusal{"empty header", std::string("\x93NUMPY\x01\0\0\0\0\0", 12), "its header is empty"}));

INSTANTIATE_TEST_SUITE_P(
    Dictionaries, Refused,
    ::testing::Values(
        Refusal{"no dictionary", with_dictionary("[1, 2, 3]"), "a '{' is missing"},
        Refusal{"empty dictionary", with_dictionary("{}"), "'descr' is missing"},
        Refusal{"no descr", with_dictionary("{'fortran_order': False, 'shape': (3,)}"), "'descr' is missing"},
        Refusal{"no order", with_dictionary("{'descr': '<f8', 'shape': (3,)}"), "'fortran_order' is missing"},
        Refusal{"no shape", with_dictionary("{'descr': '<f8', 'fortran_order': False}"),
                "'shape' is missing"},
        Refusal{"key twice",
                with_dictionary("{'descr': '<f8', 'descr': '<f4', 'fortran_order': False, 'shape': ()}"),
                "'descr' is there twice"},
        Refusal{"foreign key",
                with_dictionary("{'descr': '<f8', 'fortran_order': False, 'shape': (), 'x': 1}"),
                "unknown key 'x'"},
        Refusal{"does not end", with_dictionary("{'descr': '<f8', 'fortran_order': False, 'shape': (3,)"),
                "'}'"},
        Refusal{"something after it",
                with_dictionary("{'descr': '<f8', 'fortran_order': False, 'shape': (3,)} + 1"),
                "after the dictionary"},
        Refusal{"two commas", with_dictionary("{'descr': '<f8',, 'fortran_order': False, 'shape': (3,)}"),
                "string"},
        Refusal{"order is a number", with_dictionary("{'descr': '<f8', 'fortran_order': 0, 'shape': (3,)}"),
                "neither True nor False"},
        Refusal{"string without end", with_dictionary("{'descr"), "a string does not end"},
        Refusal{"escape in a string", with_dictionary("{'\\x64escr': '<f8'}"), "unusual characters"},
        Refusal{"zero byte in a string", with_dictionary(std::string_view("{'d\0': 1}", 9)),
                "unusual characters"}));

INSTANTIATE_TEST_SUITE_P(
    Shapes, Refused,
    ::testing::Values(
        Refusal{"negative", with_shape("(3, -1)"), "negative"},
        Refusal{"a number", with_shape("(3)"), "not a tuple"},
        Refusal{"a list", with_shape("[3]"), "a '(' is missing"},
        Refusal{"only a comma", with_shape("(,)"), "integers"},
        Refusal{"a fraction", with_shape("(3.5,)"), "a ')' is missing"},
        Refusal{"a string", with_shape("('3',)"), "integers"},
        Refusal{"does not end", with_shape("(3,"), "integers"},
        Refusal{"beyond 64 bits", with_shape("(18446744073709551616,)"), "no array can have"},
        Refusal{"beyond 63 bits", with_shape("(9223372036854775808,)"), "more elements than any"},
        Refusal{"product overflows", with_shape("(4294967296, 4294967296, 4294967296)"),
                "more elements than any"},
        Refusal{"product overflows beside 0", with_shape("(0, 4294967296, 4294967296)"),
                "more elements than any"},
        Refusal{"bytes overflow", with_shape("(2305843009213693952,)"), "more elements than any"},
        Refusal{"28 axes", with_shape(ones(28)), "28 axes"},
        Refusal{"2000 axes", npy_bytes("<f8", "False", ones(2000), "", 2), "too many extents"}));

INSTANTIATE_TEST_SUITE_P(
    DTypes, Refused,
    ::testing::Values(
        Refusal{"structured",
                with_dictionary("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (3,)}"),
                "structured dtype"},
        Refusal{"sub-array",
                with_dictionary("{'descr': ('<f8', (2,)), 'fortran_order': False, 'shape': (3,)}"),
                "sub-array dtype"},
        Refusal{"objects", with_descr("|O"), "Python objects"},
        Refusal{"objects of 8 bytes", with_descr("|O8"), "objects"},
        Refusal{"S0", with_descr("|S0"), "0 bytes"}, Refusal{"U0", with_descr("<U0"), "0 bytes"},
        Refusal{"V0", with_descr("|V0"), "0 bytes"}, Refusal{"nothing", with_descr(""), "not a usable dtype"},
        Refusal{"only an order", with_descr("<"), "not a usable dtype"},
        Refusal{"two orders", with_descr("><f8"), "not a usable dtype"},
        Refusal{"unknown letter", with_descr("<x8"), "not a usable dtype"},
        Refusal{"unknown size", with_descr("<f7"), "not a usable dtype"},
        Refusal{"unknown unit", with_descr("<M8[parsec]"), "unit is unknown"},
        Refusal{"very long", with_descr(std::string(1000, 'f')), "is not a dtype"}));

TEST(Header, SaysWhatTheFileHolds) {
  const std::string file = npy_bytes("<f8", "True", "(3, 5)", "");
  const Header header = parsed(file + "data");
  EXPECT_EQ(header.dtype, DType(Kind::float64));
  EXPECT_TRUE(header.fortran_order);
  EXPECT_FALSE(header.swapped);
  EXPECT_EQ(header.shape, Shape({3, 5}));
  EXPECT_EQ(header.data_offset, file.size());
  EXPECT_EQ(header.nbytes(), 120U);
}

TEST(Header, MayBeSpelledInEveryWayThatWritersUse) {
  const Header expected = parsed(npy_bytes("<i4", "False", "(2, 3)", ""));
  for (const char* dictionary :
       {"{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3)}",
        "{'shape':(2,3),'fortran_order':False,'descr':'<i4'}",
        "{\"descr\": \"<i4\", \"fortran_order\": False, \"shape\": (2, 3,), }",
        "{'descr': 'int32', 'fortran_order': False, 'shape': (2L, 3L), }",
        "{\n\t'descr' : '=i4',\r\n 'fortran_order' : False , 'shape' : ( 2 , 3 ) , }      \n\n"}) {
    const Header header = parsed(with_dictionary(dictionary));
    EXPECT_EQ(header.dtype, expected.dtype) << dictionary;
    EXPECT_EQ(header.shape, expected.shape) << dictionary;
    EXPECT_FALSE(header.fortran_order) << dictionary;
  }
}

TEST(Header, OfPython2EndsWithVersion2) {
  EXPECT_EQ(parsed(npy_bytes("<i4", "False", "(2L,)", "", 2)).shape, Shape({2}));
  EXPECT_THROW(parsed(npy_bytes("<i4", "False", "(2L,)", "", 3)), Error);
}

TEST(Header, KnowsShapesOfEveryRank) {
  EXPECT_EQ(parsed(with_shape("()")).shape, Shape());
  EXPECT_EQ(parsed(with_shape("(0,)")).shape, Shape({0}));
  EXPECT_EQ(parsed(with_shape("(2, 0, 7)")).shape, Shape({2, 0, 7}));
  EXPECT_EQ(parsed(with_shape(ones(27))).shape.rank(), 27U);
}

// What np.save and np.lib.format.write_array of NumPy 1.24 wrote, up to the padding that follows from the
// alignment.
TEST(Header, IsWrittenAsNumPyWritesIt) {
  const auto text = [](const HeaderText& header) { return as_text(format_header(header)); };
  const auto padded = [](std::string head, std::size_t size) {
    head.append(size - head.size() - 1, ' ') += '\n';
    return head;
  };
  using namespace std::string_literals;
  EXPECT_EQ(
      text({"<f8", false, {3, 5}, 1}),
      padded("\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (3, 5), }"s, 128));
  EXPECT_EQ(text({">i4", true, {12}, 2}),
            padded("\x93NUMPY\x02\x00t\x00\x00\x00{'descr': '>i4', 'fortran_order': True, 'shape': (12,), }"s,
                   128));
  EXPECT_EQ(
      text({"|b1", false, {}, 3}),
      padded("\x93NUMPY\x03\x00t\x00\x00\x00{'descr': '|b1', 'fortran_order': False, 'shape': (), }"s, 128));
}

TEST(Header, IsReadBackAsWritten) {
  for (const int major : {1, 2, 3}) {
    for (const Shape& shape : {Shape{}, Shape{0}, Shape{1}, Shape{3, 5, 7}, Shape{1000000, 1000000}}) {
      for (const bool fortran : {false, true}) {
        const auto bytes = format_header({"<M8[25s]", fortran, shape, major});
        const Header header = parse_header(bytes, "x.npy");
        EXPECT_EQ(bytes.size() % 64, 0U);
        EXPECT_EQ(header.data_offset, bytes.size());
        EXPECT_EQ(header.dtype, DType::time(Kind::datetime64, TimeUnit::s, 25));
        EXPECT_EQ(header.shape, shape);
        EXPECT_EQ(header.fortran_order, fortran);
      }
    }
  }
}

TEST(Header, HasNoOtherVersions) {
  EXPECT_EQ(error_of([] { format_header({"<f8", false, {3}, 4}); }).errc(), Errc::usage);
  EXPECT_EQ(error_of([] { format_header({"<f8", false, {3}, 0}); }).errc(), Errc::usage);
}

}  // namespace
}  // namespace shmkit::npy
