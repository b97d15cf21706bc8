#include "map/command_template.hpp"

#include <gtest/gtest.h>

#include "helpers/error_of.hpp"

namespace shmkit::map {
namespace {

using Words = std::vector<std::string>;

const std::map<std::string, std::string> kConstants = {{"name", "frames"}, {"path", "/dev/shm/frames"}};
const Fields kFields{7, 3, {"10:20", 10, 20}};

Words expanded(const Words& words, bool chunks = true) {
  const CommandTemplate command(words, kConstants, chunks);
  Words result;
  for (std::size_t i = 0; i < command.size(); ++i) result.push_back(command.word(i, kFields));
  return result;
}

TEST(CommandTemplate, EveryPlaceholderIsReplacedWhereverItStands) {
  EXPECT_EQ(expanded({"cmd", "{}", "{begin}", "{end}", "{index}", "{worker}", "{name}"}),
            (Words{"cmd", "10:20", "10", "20", "7", "3", "frames"}));
  EXPECT_EQ(expanded({"{name}", "a{begin}b{end}c", "{}{}", "--in={path}"}),
            (Words{"frames", "a10b20c", "10:2010:20", "--in=/dev/shm/frames"}));
}

TEST(CommandTemplate, OtherBracesAreLeftAlone) {
  EXPECT_EQ(expanded({"awk", "{print $1}", "{", "}", "{x", "}{", "{{}}", "{nam}", "${index}", "{a,{begin}}"}),
            (Words{"awk", "{print $1}", "{", "}", "{x", "}{", "{10:20}", "{nam}", "$7", "{a,10}"}));
}

TEST(CommandTemplate, WithoutAPlaceholderTheItemIsTheLastWord) {
  EXPECT_EQ(expanded({"cmd", "-v"}), (Words{"cmd", "-v", "10:20"}));
  EXPECT_EQ(expanded({"cmd", "{nothing}"}), (Words{"cmd", "{nothing}", "10:20"}));
  EXPECT_EQ(expanded({"cmd", "{name}"}), (Words{"cmd", "frames"}));
  EXPECT_EQ(expanded({"cmd", ""}), (Words{"cmd", "", "10:20"}));
}

TEST(CommandTemplate, WhatAnItemContainsIsNotLookedAtAgain) {
  const CommandTemplate command({"cmd", "{}"}, {{"x", "{index}"}}, false);
  EXPECT_EQ(command.word(1, {0, 0, {"{index}"}}), "{index}");
  EXPECT_EQ(CommandTemplate({"cmd", "{x}"}, {{"x", "{index}"}}, false).word(1, {}), "{index}");
}

TEST(CommandTemplate, BoundsNeedChunks) {
  for (const char* word : {"{begin}", "{end}"}) {
    const Error error = test::error_of([&] { expanded({"cmd", word}, false); });
    EXPECT_EQ(error.errc(), Errc::usage);
    EXPECT_NE(std::string(error.what()).find(word), std::string::npos);
  }
}

TEST(CommandTemplate, KnowsWhetherTheProgramIsAlwaysTheSame) {
  EXPECT_EQ(CommandTemplate({"cmd", "{}"}, {}, false).fixed_program(), "cmd");
  EXPECT_EQ(CommandTemplate({"{name}/cmd"}, kConstants, false).fixed_program(), "frames/cmd");
  EXPECT_EQ(CommandTemplate({"", "{}"}, {}, false).fixed_program(), "");
  EXPECT_EQ(CommandTemplate({"{}"}, {}, false).fixed_program(), std::nullopt);
  EXPECT_EQ(test::errc_of([] { CommandTemplate({}, {}, false); }), Errc::usage);
}

}  // namespace
}  // namespace shmkit::map
