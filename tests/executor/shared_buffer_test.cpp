#include <shmkit/shared_buffer.hpp>

#include <limits>
#include <type_traits>

#include <gtest/gtest.h>

#include "helpers/child.hpp"
#include "helpers/error_of.hpp"

namespace shmkit {
namespace {

TEST(SharedBuffer, BeginsWithZeros) {
  const SharedBuffer<int> buffer(1000);
  EXPECT_EQ(buffer.size(), 1000U);
  for (const int element : buffer.span()) EXPECT_EQ(element, 0);
}

TEST(SharedBuffer, IsSharedWithForkedProcesses) {
  SharedBuffer<double> buffer(10);
  const auto elements = buffer.span();
  EXPECT_EQ(test::in_child([=] {
              elements[3] = 1.5;
              return 0;
            }).exit_code,
            0);
  EXPECT_EQ(buffer[3], 1.5);
}

TEST(SharedBuffer, MovesWithItsElements) {
  SharedBuffer<int> first(5);
  first[2] = 42;
  const auto elements = first.span();
  const SharedBuffer<int> second = std::move(first);
  EXPECT_EQ(second.span().data(), elements.data());
  EXPECT_EQ(second[2], 42);
}

TEST(SharedBuffer, MayBeEmpty) { EXPECT_TRUE(SharedBuffer<int>(0).span().empty()); }

TEST(SharedBuffer, RefusesWhatNoMachineHas) {
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  for (const std::size_t size : {kMost, kMost / 8, kMost / 16, std::size_t{1} << 50U})
    EXPECT_EQ(test::errc_of([=] { const SharedBuffer<double> buffer(size); }), Errc::no_space) << size;
}

}  // namespace
}  // namespace shmkit
