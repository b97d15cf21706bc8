#include "advise/sample.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace shmkit::advise_model {
namespace {

std::vector<std::int32_t> filled(std::uint64_t size, const std::vector<std::int32_t>& source) {
  ArrayDraft draft = filled_draft(Kind::int32, size, std::as_bytes(std::span(source)));
  const auto elements = draft.array().elements<std::int32_t>();
  return {elements.begin(), elements.end()};
}

// Oracle: elements 0, 1, 2, ... tell where they came from.

TEST(Sample, OfAShorterSourceRepeatsIt) {
  EXPECT_EQ(filled(7, {0, 1, 2}), (std::vector<std::int32_t>{0, 1, 2, 0, 1, 2, 0}));
}

TEST(Sample, OfALongerSourceIsSpreadOverAllOfIt) {
  std::vector<std::int32_t> source(1000);
  std::iota(source.begin(), source.end(), 0);
  EXPECT_EQ(filled(1000, source), source);
  const auto sample = filled(160, source);
  EXPECT_EQ(sample.front(), 0);
  EXPECT_TRUE(std::ranges::is_sorted(sample));
  EXPECT_GE(sample.back(), 990);
  EXPECT_EQ(sample[9], 9);  // In blocks, as what is next to each other belongs together.
  EXPECT_EQ(filled(1, source).size(), 1U);
}

TEST(Sample, KnowsTheBytesThatAJobMoves) {
  Recipe recipe;
  for (const KernelInfo& kernel : kernels()) {
    recipe.kernel = kernel;
    recipe.dtype = Kind::int32;
    recipe.arguments = kernel.name == "cast" ? Arguments{{"dtype", "int8"}} : Arguments{};
    if (kernel.name == "sum") {
      EXPECT_EQ(recipe.read_per_element() + recipe.written_per_element(), 4);
    }
    if (kernel.name == "dot") {
      EXPECT_EQ(recipe.read_per_element(), 8);
    }
    if (kernel.name == "exp") {
      EXPECT_EQ(recipe.written_per_element(), 8);
    }  // float64, as NumPy's.
    if (kernel.name == "cast") {
      EXPECT_EQ(recipe.written_per_element(), 1);
    }
    if (kernel.name == "fill") {
      EXPECT_EQ(recipe.read_per_element(), 0);
    }
    if (kernel.name == "fill") {
      EXPECT_EQ(recipe.written_per_element(), 4);
    }
    if (kernel.name == "pi") {
      EXPECT_EQ(recipe.read_per_element() + recipe.written_per_element(), 0);
    }
  }
}

// Oracle: the page cache of a file in memory: an array made anew has nothing of what was written before.
TEST(Sample, HasAnOutputThatWasNeverWritten) {
  Recipe recipe;
  for (const KernelInfo& kernel : kernels()) {
    if (kernel.name == "copy") recipe.kernel = kernel;
  }
  const std::vector<double> source{1, 2, 3};
  recipe.source = std::as_bytes(std::span(source));
  Sample sample(recipe, 100);
  RunOptions options;
  options.via = Via::serial;
  run("copy", sample.arrays(), options);
  EXPECT_EQ(sample.arrays().out->array().elements<double>()[1], 2);
  sample.renew_output();
  EXPECT_EQ(sample.arrays().out->array().elements<double>()[1], 0);
  EXPECT_EQ(sample.arrays().in[0].array().elements<double>()[99], 1);
}

}  // namespace
}  // namespace shmkit::advise_model
