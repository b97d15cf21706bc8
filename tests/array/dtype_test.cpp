#include <shmkit/dtype.hpp>

#include <gtest/gtest.h>

#include <vector>

#include "helpers/error_of.hpp"

// Oracle: a table copied from NumPy's documentation (name, typestr, itemsize), and for the longdouble kinds
// the compiler's sizes. That NumPy agrees is checked where NumPy is: tests/python/test_golden.py.
namespace shmkit::test {
namespace {

struct Row {
  Kind kind;
  const char* name;
  const char* typestr;
  std::size_t itemsize;
  bool computable;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {Kind::boolean, "bool", "|b1", 1, true},
      {Kind::int8, "int8", "|i1", 1, true},
      {Kind::uint8, "uint8", "|u1", 1, true},
      {Kind::int16, "int16", "<i2", 2, true},
      {Kind::uint16, "uint16", "<u2", 2, true},
      {Kind::int32, "int32", "<i4", 4, true},
      {Kind::uint32, "uint32", "<u4", 4, true},
      {Kind::int64, "int64", "<i8", 8, true},
      {Kind::uint64, "uint64", "<u8", 8, true},
      {Kind::float16, "float16", "<f2", 2, true},
      {Kind::float32, "float32", "<f4", 4, true},
      {Kind::float64, "float64", "<f8", 8, true},
      {Kind::longdouble, "longdouble", "<f16", sizeof(long double), true},
      {Kind::complex64, "complex64", "<c8", 8, true},
      {Kind::complex128, "complex128", "<c16", 16, true},
      {Kind::clongdouble, "clongdouble", "<c32", 2 * sizeof(long double), false},
      {Kind::datetime64, "datetime64", "<M8", 8, false},
      {Kind::timedelta64, "timedelta64", "<m8", 8, false}};
  return all;
}

TEST(DType, OfAFixedKindHasNumPysNameTypestrAndSize) {
  for (const auto& row : rows()) {
    const DType dtype = row.kind;
    EXPECT_EQ(dtype.name(), row.name);
    EXPECT_EQ(dtype.typestr(), row.typestr);
    EXPECT_EQ(dtype.itemsize(), row.itemsize) << row.name;
    EXPECT_EQ(dtype.computable(), row.computable) << row.name;
    EXPECT_EQ(dtype.kind(), row.kind);
  }
}

TEST(DType, IsReadBackFromNameAndTypestr) {
  for (const auto& row : rows()) {
    const DType dtype = row.kind;
    const std::string typestr = row.typestr;
    for (const std::string& text :
         {std::string(row.name), typestr, typestr.substr(1), '=' + typestr.substr(1)}) {
      EXPECT_EQ(DType::parse(text), dtype) << text;
    }
  }
}

TEST(DType, OfStringsAndVoidCountsBytesOrCharacters) {
  EXPECT_EQ(DType::parse("S5"), DType::flexible(Kind::bytes, 5));
  EXPECT_EQ(DType::parse("|S5").typestr(), "|S5");
  EXPECT_EQ(DType::parse("U3"), DType::flexible(Kind::unicode, 12));
  EXPECT_EQ(DType::parse("<U3").name(), "U3");
  EXPECT_EQ(DType::parse("U3").typestr(), "<U3");
  EXPECT_EQ(DType::parse("U3").itemsize(), 12U);
  EXPECT_EQ(DType::parse("V12").typestr(), "|V12");
  EXPECT_EQ(DType::parse("S2147483647").itemsize(), 2147483647U);
  EXPECT_FALSE(DType::parse("V1").computable());
  EXPECT_NE(DType::parse("S5"), DType::parse("S6"));
  EXPECT_NE(DType::parse("S5"), DType::parse("V5"));
}

TEST(DType, OfTimeKeepsUnitAndMultiple) {
  const std::vector<std::string> units = {"Y",  "M",  "W",  "D",  "h",  "m", "s",
                                          "ms", "us", "ns", "ps", "fs", "as"};
  for (std::size_t i = 0; i < units.size(); ++i) {
    const auto unit = static_cast<TimeUnit>(i + 1);
    const DType dtype = DType::time(Kind::datetime64, unit);
    EXPECT_EQ(dtype.name(), "datetime64[" + units[i] + "]");
    EXPECT_EQ(dtype.typestr(), "<M8[" + units[i] + "]");
    EXPECT_EQ(DType::parse(dtype.name()), dtype);
    EXPECT_EQ(DType::parse("m8[25" + units[i] + "]"), DType::time(Kind::timedelta64, unit, 25));
  }
  EXPECT_EQ(DType::parse("timedelta64[25s]").name(), "timedelta64[25s]");
  EXPECT_EQ(DType::parse("datetime64[2147483647s]").multiple(), 2147483647U);
  EXPECT_EQ(DType::parse("datetime64[1D]"), DType::parse("datetime64[D]"));
  EXPECT_NE(DType::parse("datetime64[D]"), DType::parse("datetime64[h]"));
}

TEST(DType, TakesTheAliasesThatNumPyHas) {
  EXPECT_EQ(DType::parse("?"), DType(Kind::boolean));
  EXPECT_EQ(DType::parse("float"), DType(Kind::float64));
  EXPECT_EQ(DType::parse("int"), DType(Kind::int64));
  EXPECT_EQ(DType::parse("complex"), DType(Kind::complex128));
  EXPECT_EQ(DType::parse("half"), DType(Kind::float16));
  EXPECT_EQ(DType::parse("float128"), DType(Kind::longdouble));
}

TEST(DType, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "<",
                           "float65",
                           "f3",
                           "i16",
                           "u3",
                           "b2",
                           "S",
                           "U",
                           "V",
                           "S0",
                           "U0",
                           "V0",
                           "S-1",
                           "S2147483648",
                           "U536870912",
                           "S5[s]",
                           "f8[s]",
                           "datetime64[",
                           "datetime64[]",
                           "datetime64[x]",
                           "datetime64[0s]",
                           "datetime64[s",
                           "datetime64[s]x",
                           "datetime64[-1s]",
                           "datetime64[2147483648s]",
                           "datetime64x",
                           "M4",
                           "M8[3generic]",
                           "Float64",
                           " float64",
                           "float64 ",
                           "<<f8",
                           "c4",
                           "()f8",
                           "i4,f8"}) {
    EXPECT_EQ(errc_of([&] { DType::parse(text); }), Errc::usage) << text;
  }
}

TEST(DType, SaysWhyObjectsAndForeignByteOrderAreRefused) {
  for (const char* text : {"object", "O", "|O", "O8"}) {
    const Error error = error_of([&] { DType::parse(text); });
    EXPECT_EQ(error.errc(), Errc::usage);
    EXPECT_NE(std::string(error.what()).find("pointers"), std::string::npos) << error.what();
    EXPECT_FALSE(error.hint().empty());
  }
  const Error error = error_of([&] { DType::parse(">i4"); });
  EXPECT_EQ(error.errc(), Errc::usage);
  EXPECT_NE(std::string(error.what()).find("byte order"), std::string::npos) << error.what();
}

TEST(DType, FlexibleChecksItsSize) {
  for (const Kind kind : {Kind::bytes, Kind::unicode, Kind::raw}) {
    EXPECT_EQ(errc_of([&] { DType::flexible(kind, 0); }), Errc::usage);
  }
  EXPECT_EQ(errc_of([&] { DType::flexible(Kind::unicode, 6); }), Errc::usage);
}

TEST(DType, OfACxxTypeIsThatOfItsElements) {
  for (const auto& row : rows()) {
    if (!row.computable) continue;
    const auto [kind, size] = visit_kind(row.kind, []<class T>() {
      return std::pair{KindOf<T>::value, sizeof(T)};
    });
    EXPECT_EQ(kind, row.kind);
    EXPECT_EQ(size, row.itemsize);
  }
}

}  // namespace
}  // namespace shmkit::test
