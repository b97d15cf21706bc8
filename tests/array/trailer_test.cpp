#include "array/trailer.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "array/trailer_image.hpp"
#include "helpers/error_of.hpp"
#include "helpers/golden.hpp"

// Two oracles: files that real SharedArray builds wrote (tests/data/sharedarray), and blocks written by hand
// from the table of formats (trailer_image.hpp), which share no code with the parser.
namespace shmkit::test {
namespace {

using trailer::Trailer;

const DType kDoubles = Kind::float64;

TEST(Trailer, OfEveryGoldenFileSaysWhatTheIndexSays) {
  const auto all = all_golden();
  ASSERT_EQ(all.size(), 34U);
  for (const auto& golden : all) {
    SCOPED_TRACE(golden.file);
    const Trailer found = parse_file(golden.content());
    EXPECT_EQ(found.kind, golden.trailer);
    EXPECT_EQ(found.dtype.typestr(), golden.dtype);
    EXPECT_EQ(found.shape, Shape(std::span<const std::uint64_t>(golden.shape)));
    EXPECT_EQ(found.nbytes, golden.nbytes);
    EXPECT_EQ(found.data_offset, golden.data_offset);
  }
}

TEST(Trailer, MadeByUsIsTheTwoOfSharedArrayOverlaid) {
  const auto numpy1 = golden_of("numpy1-292", TrailerKind::numpy1);
  const auto numpy2 = golden_of("numpy2-548", TrailerKind::numpy2);
  ASSERT_EQ(numpy1.size(), numpy2.size());
  for (std::size_t i = 0; i < numpy1.size(); ++i) {
    SCOPED_TRACE(numpy2[i].file);
    const Shape shape{std::span<const std::uint64_t>(numpy2[i].shape)};
    const std::string ours = text_of(trailer::make(DType::parse(numpy2[i].dtype), shape));
    const std::string theirs = numpy2[i].content();
    EXPECT_EQ(ours.substr(0, 256), theirs.substr(theirs.size() - 548, 256));
    const std::string older = numpy1[i].content();
    EXPECT_EQ(ours.substr(256), older.substr(older.size() - 292));
  }
}

TEST(Trailer, MadeByUsEqualsTheHandMadeOneForEveryDtype) {
  const std::vector<std::pair<std::string, std::pair<int, int>>> table = {
      {"bool", {0, 1}},       {"int8", {1, 1}},         {"uint8", {2, 1}},         {"int16", {3, 2}},
      {"uint16", {4, 2}},     {"int32", {5, 4}},        {"uint32", {6, 4}},        {"int64", {7, 8}},
      {"uint64", {8, 8}},     {"float32", {11, 4}},     {"float64", {12, 8}},      {"longdouble", {13, 16}},
      {"complex64", {14, 8}}, {"complex128", {15, 16}}, {"clongdouble", {16, 32}}, {"S5", {18, 5}},
      {"U3", {19, 12}},       {"V12", {20, 12}},        {"datetime64", {21, 8}},   {"timedelta64", {22, 8}},
      {"float16", {23, 2}}};
  for (const auto& [name, numbers] : table) {
    SCOPED_TRACE(name);
    TrailerImage image{548, 0, numbers.first, numbers.second, 2, {3, 7}};
    image.size = 21U * static_cast<unsigned>(numbers.second);
    TrailerImage older = image;
    older.bytes = 292;
    const std::string ours = text_of(trailer::make(DType::parse(name), {3, 7}));
    EXPECT_EQ(ours, image.text().substr(0, 256) + older.text());
    const Trailer found = parse_file(std::string(image.size, 'd') + ours);
    EXPECT_EQ(found.kind, TrailerKind::dual);
    EXPECT_EQ(found.dtype, DType::parse(name));
    EXPECT_EQ(found.shape, (Shape{3, 7}));
  }
}

class EveryLayout : public ::testing::TestWithParam<std::pair<std::size_t, TrailerKind>> {
 protected:
  std::size_t bytes() const { return GetParam().first; }
  std::size_t slots() const { return bytes() == 548 ? 64 : bytes() == 160 ? 16 : 32; }
  TrailerImage honest() const { return doubles(bytes(), {3, 5}); }

  /// Why the block is refused as the end of a file with the right number of bytes of data.
  std::string reason(const TrailerImage& image, std::uint64_t data_bytes = 120) const {
    const Error error = error_of([&] { parse_tail(data_bytes, image.text()); });
    EXPECT_EQ(error.errc(), Errc::not_an_array);
    EXPECT_TRUE(std::string(error.what()).starts_with("'x' is damaged: ")) << error.what();
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
};

TEST_P(EveryLayout, IsReadAtTheEndOfItsData) {
  const Trailer found = parse_tail(120, honest().text());
  EXPECT_EQ(found.kind, GetParam().second);
  EXPECT_EQ(found.dtype, kDoubles);
  EXPECT_EQ(found.shape, (Shape{3, 5}));
  EXPECT_EQ(found.nbytes, 120U);
  EXPECT_EQ(found.data_offset, 0U);
}

TEST_P(EveryLayout, HasAScalarAndAnEmptyArray) {
  EXPECT_EQ(parse_tail(8, doubles(bytes(), {}).text()).shape, Shape{});
  EXPECT_EQ(parse_tail(0, doubles(bytes(), {0}).text()).shape, Shape{0});
  EXPECT_EQ(parse_tail(0, doubles(bytes(), {4, 0, 3}).text()).shape, (Shape{4, 0, 3}));
}

TEST_P(EveryLayout, UsesAllItsSlotsAndNoMore) {
  const std::vector<std::int64_t> ones(slots(), 1);
  EXPECT_EQ(parse_tail(8, doubles(bytes(), ones).text()).shape.rank(), slots());
  TrailerImage image = doubles(bytes(), ones);
  ++image.ndims;
  EXPECT_NE(reason(image, 8).find("its rank is " + std::to_string(slots() + 1)), std::string::npos);
}

TEST_P(EveryLayout, RefusesANegativeRank) {
  TrailerImage image = honest();
  for (const int rank : {-1, std::numeric_limits<int>::min()}) {
    image.ndims = rank;
    EXPECT_NE(reason(image).find("its rank is " + std::to_string(rank)), std::string::npos);
  }
}

TEST_P(EveryLayout, RefusesANegativeExtent) {
  TrailerImage image = honest();
  for (const std::int64_t extent : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::min()}) {
    image.dims[1] = extent;
    EXPECT_NE(reason(image).find("an extent is " + std::to_string(extent)), std::string::npos);
  }
}

TEST_P(EveryLayout, RefusesExtentsWhoseProductOverflows) {
  TrailerImage image = honest();
  // 2^62 * 4 = 2^64: wraps to 0 elements. 2^61 + 15 wraps to 120 bytes. Zero elements may not hide an
  // overflow.
  image.dims = {std::int64_t{1} << 62, 4};
  EXPECT_NE(reason(image).find("too many elements"), std::string::npos);
  image.size = 0;
  reason(image, 0);
  image = honest();
  image.dims = {1, (std::int64_t{1} << 61) + 15};
  EXPECT_NE(reason(image).find("its size 120 is not that of"), std::string::npos);
  image.ndims = 3;
  image.dims = {0, std::int64_t{1} << 62, 4};
  image.size = 0;
  EXPECT_NE(reason(image, 0).find("too many elements"), std::string::npos);
}

TEST_P(EveryLayout, RefusesASizeThatIsNotThatOfItsElements) {
  for (const std::uint64_t size :
       {std::uint64_t{0}, std::uint64_t{119}, std::uint64_t{121}, ~std::uint64_t{0}}) {
    TrailerImage image = honest();
    image.size = size;
    EXPECT_NE(reason(image).find("its size " + std::to_string(size) + " is not that of 15 elements"),
              std::string::npos);
  }
}

TEST_P(EveryLayout, RefusesAFileThatWasCutOrHasGrown) {
  for (const std::uint64_t data_bytes : {0U, 64U, 119U, 121U, 376U, 100'000U}) {
    EXPECT_NE(reason(honest(), data_bytes).find("should have 120 bytes, the file has room for"),
              std::string::npos);
  }
}

TEST_P(EveryLayout, AllowsTheSlackItIsToldOfAndNoMore) {
  EXPECT_EQ(parse_tail(120 + 4095, honest().text(), 4095).shape, (Shape{3, 5}));
  EXPECT_EQ(errc_of([&] { parse_tail(120 + 4096, honest().text(), 4095); }), Errc::not_an_array);
}

TEST_P(EveryLayout, RefusesPythonObjectsAndUnknownTypes) {
  TrailerImage image = honest();
  image.typenum = 17;
  EXPECT_NE(reason(image).find("Python objects"), std::string::npos);
  for (const int typenum : {-1, 24, 25, 256, 999, 2056, std::numeric_limits<int>::min()}) {
    image.typenum = typenum;
    EXPECT_NE(reason(image).find("its type number " + std::to_string(typenum) + " is unknown"),
              std::string::npos);
  }
}

TEST_P(EveryLayout, TakesLongLongForInt64) {
  TrailerImage image = honest();
  image.typenum = 9;
  EXPECT_EQ(parse_tail(120, image.text()).dtype, DType(Kind::int64));
  image.typenum = 10;
  EXPECT_EQ(parse_tail(120, image.text()).dtype, DType(Kind::uint64));
}

TEST_P(EveryLayout, NeedsItsWholeMagic) {
  for (std::size_t i = 0; i < 13; ++i) {
    std::string block = honest().text();
    block[i] = '?';
    const Error error = error_of([&] { parse_tail(120, block); });
    EXPECT_EQ(error.errc(), Errc::not_an_array);
    EXPECT_NE(std::string(error.what()).find("carry no SharedArray trailer"), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Trailer, EveryLayout,
                         ::testing::Values(std::pair{std::size_t{548}, TrailerKind::numpy2},
                                           std::pair{std::size_t{292}, TrailerKind::numpy1},
                                           std::pair{std::size_t{288}, TrailerKind::legacy288},
                                           std::pair{std::size_t{160}, TrailerKind::legacy160}),
                         [](const auto& test) { return "Of" + std::to_string(test.param.first) + "Bytes"; });

TEST(Trailer, RefusesAnItemsizeThatDoesNotFitTheType) {
  for (const std::size_t bytes : {548U, 292U}) {
    for (const int itemsize : {0, -8, 4, 7, 16, std::numeric_limits<int>::min()}) {
      TrailerImage image = doubles(bytes, {15});
      image.itemsize = itemsize;
      const Error error = error_of([&] { parse_tail(120, image.text()); });
      EXPECT_EQ(error.errc(), Errc::not_an_array);
      EXPECT_NE(std::string(error.what()).find("do not fit its type number 12"), std::string::npos);
    }
  }
}

TEST(Trailer, TakesAnyPositiveItemsizeOfFlexibleTypes) {
  for (const int typenum : {18, 19, 20}) {
    const TrailerImage image{548, 120, typenum, 24, 1, {5}};
    EXPECT_EQ(parse_tail(120, image.text()).dtype.itemsize(), 24U);
    for (const int itemsize : {0, -4, -1}) {
      const TrailerImage bad{548, 0, typenum, itemsize, 1, {5}};
      EXPECT_EQ(errc_of([&] { parse_tail(0, bad.text()); }), Errc::not_an_array);
    }
  }
  const TrailerImage odd{548, 30, 19, 6, 1, {5}};  // 1.5 characters
  EXPECT_EQ(errc_of([&] { parse_tail(30, odd.text()); }), Errc::not_an_array);
}

TEST(Trailer, WithoutAnItemsizeDerivesThatOfFlexibleTypes) {
  for (const std::size_t bytes : {288U, 160U}) {
    const TrailerImage strings{bytes, 35, 18, 0, 1, {7}};
    EXPECT_EQ(parse_tail(35, strings.text()).dtype, DType::flexible(Kind::bytes, 5));
    const TrailerImage uneven{bytes, 36, 18, 0, 1, {7}};
    EXPECT_EQ(errc_of([&] { parse_tail(36, uneven.text()); }), Errc::not_an_array);
    const TrailerImage empty{bytes, 0, 18, 0, 1, {0}};  // Nothing tells how long they were.
    EXPECT_EQ(errc_of([&] { parse_tail(0, empty.text()); }), Errc::not_an_array);
  }
}

TEST(Trailer, AtTheFrontIsReadAndRefusedLikeTheOthers) {
  const std::string data(120, 'd');
  const Trailer found = parse_file(doubles(160, {3, 5}).text() + data);
  EXPECT_EQ(found.kind, TrailerKind::front160);
  EXPECT_EQ(found.data_offset, 160U);
  EXPECT_EQ(found.nbytes, 120U);
  EXPECT_EQ(errc_of([&] { parse_file(doubles(160, {3, 6}).text() + data); }), Errc::not_an_array);
  EXPECT_EQ(errc_of([&] { parse_file(doubles(160, {3, 4}).text() + data); }), Errc::not_an_array);
  EXPECT_EQ(errc_of([&] { parse_file(doubles(160, {-3, -5}).text() + data); }), Errc::not_an_array);
}

// The data is the users' and may hold anything, an older array included.
TEST(Trailer, AtTheEndWinsOverDataThatLooksLikeOne) {
  const std::string impostor = doubles(160, {43}).text();  // With a front trailer's honest length.
  std::string data = impostor + std::string(344 - 160, 'd');
  EXPECT_EQ(parse_file(data + doubles(292, {43}).text()).kind, TrailerKind::numpy1);
  EXPECT_EQ(parse_file(data + doubles(548, {43}).text()).kind, TrailerKind::numpy2);

  // The last 256 bytes of data before a 292-byte trailer, dressed up as the start of a 548-byte one.
  const std::string fake = doubles(548, {10}).text().substr(0, 256);
  const std::string file = std::string(80, 'd') + fake + doubles(292, {42}).text();
  const Trailer found = parse_file(file);
  EXPECT_EQ(found.kind, TrailerKind::numpy1);
  EXPECT_EQ(found.shape, Shape{42});
}

// On hugetlbfs a file ends with a whole page: then each of the two overlaid trailers has room to spare.
TEST(Trailer, IsDualWhereTheFileIsRoundedUpToAHugePage) {
  constexpr std::uint64_t kHugePage = 2U << 20U;
  const DType days = DType::time(Kind::datetime64, TimeUnit::D);
  const std::string ours = text_of(trailer::make(days, {3, 5}));
  const Trailer found = parse_tail(kHugePage - 548, ours, kHugePage - 1);
  EXPECT_EQ(found.kind, TrailerKind::dual);
  EXPECT_EQ(found.dtype, days);
  EXPECT_EQ(found.shape, (Shape{3, 5}));
  const Trailer older = parse_tail(kHugePage - 292, doubles(292, {3, 5}).text(), kHugePage - 1);
  EXPECT_EQ(older.kind, TrailerKind::numpy1);
}

// "Dual" promises that builds of both kinds open it.
TEST(Trailer, IsNotDualIfTheInnerOneSaysSomethingElse) {
  const std::string outer = doubles(548, {15}).text().substr(0, 256);
  for (const auto& inner : {doubles(292, {5, 3}), doubles(292, {1000}), doubles(292, {-15})}) {
    EXPECT_EQ(parse_tail(120, outer + inner.text()).kind, TrailerKind::numpy2);
  }
  EXPECT_EQ(parse_tail(120, outer + doubles(292, {15}).text()).kind, TrailerKind::dual);
}

TEST(Trailer, OfFilesShorterThanAnyIsRefused) {
  for (const std::size_t size : {0U, 1U, 15U, 16U, 31U, 159U}) {
    const std::string content = doubles(160, {}).text().substr(0, size);
    const Error error = error_of([&] { parse_file(content); });
    EXPECT_EQ(error.errc(), Errc::not_an_array);
    EXPECT_NE(std::string(error.what()).find(std::to_string(size) + " bytes carry no"), std::string::npos);
  }
}

// Every cut of a real file. The shorter layouts are prefixes of the longer ones with the same fields: a file
// cut just there is the same array still, in another layout.
TEST(Trailer, OfATruncatedGoldenFileIsRefusedOrIsTheSameArray) {
  for (const auto& golden : all_golden()) {
    SCOPED_TRACE(golden.file);
    const std::string content = golden.content();
    const Trailer whole = parse_file(content);
    if (whole.nbytes == 0) continue;  // Nothing that could be misread.
    const std::size_t shorter = content.size() - whole.nbytes == 548   ? 292
                                : content.size() - whole.nbytes == 288 ? 160
                                                                       : 0;
    for (std::size_t size = content.size() > 1000 ? content.size() - 600 : 0; size < content.size(); ++size) {
      if (shorter != 0 && size == whole.nbytes + shorter) {
        EXPECT_EQ(parse_file(content.substr(0, size)).shape, whole.shape);
      } else {
        EXPECT_EQ(errc_of([&] { parse_file(content.substr(0, size)); }), Errc::not_an_array) << size;
      }
    }
  }
}

}  // namespace
}  // namespace shmkit::test
