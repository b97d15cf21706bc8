#include <gtest/gtest.h>

#include <cstring>

#include "helpers/error_of.hpp"
#include "helpers/golden.hpp"

// The oracle: arrays that real SharedArray builds wrote, with the index of what those builds say about them.
namespace shmkit::test {
namespace {

std::string data_of(const AnyArray& array) {
  return {reinterpret_cast<const char*>(array.bytes().data()), array.bytes().size()};
}

void expect_matches(const AnyArray& array, const Golden& golden) {
  EXPECT_EQ(array.dtype().typestr(), golden.dtype);
  EXPECT_EQ(array.shape(), Shape(std::span<const std::uint64_t>(golden.shape)));
  EXPECT_EQ(array.info().trailer, golden.trailer);
  EXPECT_EQ(data_of(array), golden.data());
}

TEST(GoldenArrays, OpenAsFiles) {
  for (const auto& golden : all_golden()) {
    SCOPED_TRACE(golden.file);
    expect_matches(AnyArray::attach(Name::parse("file://" + golden.file), Access::read_only), golden);
  }
}

TEST(GoldenArrays, OpenInSharedMemoryAndAreLeftAsTheyWere) {
  for (const auto& golden : all_golden()) {
    SCOPED_TRACE(golden.file);
    const TestName name;
    name.write(golden.content());
    expect_matches(AnyArray::attach(name.name()), golden);
    expect_matches(AnyArray::attach(name.name(), Access::read_only), golden);
    EXPECT_EQ(read_file(name.path()), golden.content());
  }
}

TEST(GoldenArrays, AreWrittenInPlace) {
  for (const auto& golden : all_golden()) {
    SCOPED_TRACE(golden.file);
    const TestName name;
    name.write(golden.content());
    AnyArray array = AnyArray::attach(name.name());
    std::ranges::fill(array.writable_bytes(), std::byte{'w'});
    std::string expected = golden.content();
    expected.replace(golden.data_offset, golden.nbytes, std::string(golden.nbytes, 'w'));
    EXPECT_EQ(read_file(name.path()), expected);
  }
}

// What we create is data, 256 bytes of the NumPy 2 trailer, and all 292 of the NumPy 1 trailer: both builds
// open it.
TEST(GoldenArrays, AreMadeAgainByteForByte) {
  const auto numpy1 = golden_of("numpy1-292", TrailerKind::numpy1);
  const auto numpy2 = golden_of("numpy2-548", TrailerKind::numpy2);
  ASSERT_EQ(numpy1.size(), 15U);
  ASSERT_EQ(numpy2.size(), 15U);
  for (std::size_t i = 0; i < numpy2.size(); ++i) {
    SCOPED_TRACE(numpy2[i].file);
    const TestName name;
    const Shape shape{std::span<const std::uint64_t>(numpy2[i].shape)};
    ArrayDraft draft = ArrayDraft::create(name.name(), DType::parse(numpy2[i].dtype), shape);
    const std::string data = numpy2[i].data();
    if (!data.empty()) std::memcpy(draft.array().writable_bytes().data(), data.data(), data.size());
    std::move(draft).publish();
    EXPECT_EQ(read_file(name.path()),
              numpy2[i].content().substr(0, data.size() + 256) + numpy1[i].content().substr(data.size()));
  }
}

}  // namespace
}  // namespace shmkit::test
