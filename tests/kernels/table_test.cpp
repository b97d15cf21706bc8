#include <gtest/gtest.h>

#include <set>

#include "kernels/run_kernel.hpp"

// The oracle: what kernel.hpp demands of every row.
namespace shmkit::kernel {
namespace {

TEST(KernelTable, FindsEveryRowByItsName) {
  std::set<std::string_view> names;
  for (const Kernel& row : table()) {
    EXPECT_EQ(find(row.info.name), &row);
    EXPECT_TRUE(names.insert(row.info.name).second) << row.info.name;
  }
  for (const char* name :
       {"min", "max", "sum", "mean", "argmin", "argmax", "fill", "arange", "linspace", "random"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
  EXPECT_EQ(find("nothing"), nullptr);
  EXPECT_EQ(find(""), nullptr);
}

TEST(KernelTable, ListsWhatTheLibraryTells) {
  const auto infos = kernels();
  ASSERT_EQ(infos.size(), table().size());
  for (std::size_t i = 0; i < infos.size(); ++i) EXPECT_EQ(infos[i].name, table()[i].info.name);
}

TEST(KernelTable, HasCompleteRows) {
  for (const Kernel& row : table()) {
    EXPECT_FALSE(row.info.summary.empty()) << row.info.name;
    EXPECT_FALSE(row.info.dtypes.empty()) << row.info.name;
    EXPECT_FALSE(row.info.example.empty()) << row.info.name;
    const KernelKind kind = row.info.kind;
    const bool answers = kind == KernelKind::reduction || kind == KernelKind::compute;
    EXPECT_EQ(row.combine != nullptr, answers) << row.info.name;
    EXPECT_EQ(row.partial_bytes != nullptr, answers) << row.info.name;
    EXPECT_EQ(row.info.result == "none", kind == KernelKind::generator) << row.info.name;
    EXPECT_EQ(row.result_kind != nullptr, kind == KernelKind::map) << row.info.name;
    EXPECT_EQ(row.items != nullptr, kind == KernelKind::compute) << row.info.name;
    EXPECT_EQ(row.info.arrays == 0, kind == KernelKind::compute) << row.info.name;
    EXPECT_LE(row.info.arrays, 2U) << row.info.name;
    EXPECT_EQ(row.info.repeatable, kind != KernelKind::map) << row.info.name;
    if (row.info.arrays > 0) {
      EXPECT_TRUE(row.accepts({Kind::float64, Kind::float64})) << row.info.name;
      EXPECT_FALSE(row.accepts({Kind::bytes, Kind::bytes})) << row.info.name;
      EXPECT_FALSE(row.accepts({Kind::clongdouble, Kind::clongdouble})) << row.info.name;
    }
    EXPECT_TRUE(row.exact == nullptr || row.exact->exact == nullptr) << row.info.name;
  }
}

}  // namespace
}  // namespace shmkit::kernel
