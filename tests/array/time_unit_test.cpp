#include <gtest/gtest.h>

#include <cstring>

#include "array/trailer_image.hpp"

// The extension in bytes 188..251 of the 548-byte trailer: "shmkit-1", the unit (NumPy's number), its
// multiple, zeros. The oracle is that sentence; the bytes are read and forged by hand.
namespace shmkit::test {
namespace {

constexpr std::size_t kExtension = 188;

Shape ones(std::size_t rank) {
  const std::vector<std::uint64_t> extents(rank, 1);
  return Shape(std::span<const std::uint64_t>(extents));
}

std::string made(const DType& dtype, std::size_t rank) { return text_of(trailer::make(dtype, ones(rank))); }

std::string extension(std::uint32_t unit, std::uint32_t multiple) {
  std::string bytes = "shmkit-1" + std::string(56, '\0');
  std::memcpy(bytes.data() + 8, &unit, 4);
  std::memcpy(bytes.data() + 12, &multiple, 4);
  return bytes;
}

DType with_forged(const std::string& bytes, const DType& dtype = Kind::datetime64, std::size_t rank = 1) {
  std::string block = made(dtype, rank);
  return parse_tail(8, block.replace(kExtension, bytes.size(), bytes)).dtype;
}

TEST(TimeUnit, IsKeptForEveryUnitAndMultiple) {
  for (unsigned unit = 0; unit <= static_cast<unsigned>(TimeUnit::as); ++unit) {
    for (const std::uint32_t multiple : {1U, 25U, 0x7FFFFFFFU}) {
      if (unit == 0 && multiple != 1) continue;
      for (const Kind kind : {Kind::datetime64, Kind::timedelta64}) {
        const DType dtype = DType::time(kind, static_cast<TimeUnit>(unit), multiple);
        EXPECT_EQ(parse_tail(8, made(dtype, 1)).dtype, dtype) << dtype.name();
      }
    }
  }
}

TEST(TimeUnit, StandsInTheBytesThatTheFormatNames) {
  const std::string block = made(DType::time(Kind::datetime64, TimeUnit::s, 25), 1);
  EXPECT_EQ(block.substr(kExtension, 64), extension(7, 25));
  EXPECT_EQ(block.substr(kExtension + 64, 4), std::string(4, '\0'));
}

TEST(TimeUnit, ThatIsGenericLeavesTheTrailerAsSharedArrayWritesIt) {
  EXPECT_EQ(made(Kind::datetime64, 1).find("shmkit"), std::string::npos);
}

TEST(TimeUnit, IsWrittenUpToRank19AndNotBeyond) {
  const DType dtype = DType::time(Kind::datetime64, TimeUnit::ns);
  for (std::size_t rank = 0; rank <= Shape::kMaxCreateRank; ++rank) {
    const std::string block = made(dtype, rank);
    EXPECT_EQ(block.find("shmkit-1") == kExtension, rank <= 19) << rank;
    const trailer::Trailer found = parse_tail(8, block);
    EXPECT_EQ(found.dtype, rank <= 19 ? dtype : DType(Kind::datetime64)) << rank;
    EXPECT_EQ(found.shape.rank(), rank);
    EXPECT_EQ(found.kind, TrailerKind::dual);
  }
}

TEST(TimeUnit, IsGenericWhereTheExtensionIsForeignOrDamaged) {
  EXPECT_EQ(with_forged(extension(10, 5)), DType::time(Kind::datetime64, TimeUnit::ns, 5));
  EXPECT_EQ(with_forged("shmkit-2"), DType(Kind::datetime64));
  EXPECT_EQ(with_forged(extension(14, 1)), DType(Kind::datetime64));
  EXPECT_EQ(with_forged(extension(0xFFFFFFFF, 1)), DType(Kind::datetime64));
  EXPECT_EQ(with_forged(extension(7, 0)), DType(Kind::datetime64));
  EXPECT_EQ(with_forged(extension(7, 0x80000000)), DType(Kind::datetime64));
  EXPECT_EQ(with_forged(extension(0, 5)), DType(Kind::datetime64));
}

TEST(TimeUnit, OfOtherTypesIsIgnored) {
  EXPECT_EQ(with_forged(extension(7, 1), Kind::int64), DType(Kind::int64));
}

}  // namespace
}  // namespace shmkit::test
