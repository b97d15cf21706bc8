#include "map/joblog.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "helpers/error_of.hpp"

namespace shmkit::map {
namespace {

Result result_of(Outcome outcome, int value) {
  Result result;
  result.start = 1234.5;
  result.seconds = 0.25;
  result.attempts = 2;
  result.outcome = outcome;
  result.value = value;
  return result;
}

// A file of this test's own, gone afterwards.
class JoblogFile : public testing::Test {
 protected:
  ~JoblogFile() override { std::filesystem::remove(path_); }

  void write(const std::string& text) const { std::ofstream(path_) << text; }
  std::string read() const {
    std::stringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }

  std::string path_ = testing::TempDir() + "joblog-" + std::to_string(getpid());
};

// The lines of docs/map.md, written by hand.
TEST(JoblogLine, IsWhatTheDocumentSays) {
  EXPECT_EQ(joblog_line({7, result_of(Outcome::done, 0), "x y"}),
            "7\t1234.500\t0.250000\t0\t-\t2\tdone\tx y\n");
  EXPECT_EQ(joblog_line({7, result_of(Outcome::failed, 3), ""}),
            "7\t1234.500\t0.250000\t3\t-\t2\tfailed\t\n");
  EXPECT_EQ(joblog_line({7, result_of(Outcome::killed, 9), "a"}),
            "7\t1234.500\t0.250000\t-\t9\t2\tkilled\ta\n");
  EXPECT_EQ(joblog_line({7, result_of(Outcome::timed_out, 0), "a"}),
            "7\t1234.500\t0.250000\t-\t-\t2\ttimeout\ta\n");
  EXPECT_EQ(joblog_line({7, result_of(Outcome::lost, 0), "a"}), "7\t-\t-\t-\t-\t2\tlost\ta\n");
  EXPECT_EQ(joblog_line({7, result_of(Outcome::not_started, ENOENT), "a"}),
            "7\t1234.500\t0.250000\t127\t-\t2\tfailed\ta\n");
  EXPECT_EQ(joblog_line({7, result_of(Outcome::not_started, E2BIG), "a"}),
            "7\t1234.500\t0.250000\t126\t-\t2\tfailed\ta\n");
}

TEST(JoblogLine, AnItemStaysOnItsLineAndInItsColumn) {
  EXPECT_EQ(escaped("a\tb\nc\\d\x01\x7f \xc3\xa9"), "a\\tb\\nc\\\\d\\x01\\x7f \xc3\xa9");
}

TEST_F(JoblogFile, BeginsWithAHeaderAndGrows) {
  Joblog log(path_, MapItems::range(0, 3), false);
  EXPECT_EQ(read(), kJoblogHeader);
  log.append("x\n");
  EXPECT_EQ(read(), std::string(kJoblogHeader) + "x\n");
}

TEST_F(JoblogFile, IsNotOverwritten) {
  write("somebody's");
  EXPECT_EQ(test::errc_of([&] { Joblog(path_, MapItems::range(0, 3), false); }), Errc::exists);
  EXPECT_EQ(read(), "somebody's");
}

TEST_F(JoblogFile, TellsWhatIsDoneInOrderAndOnce) {
  std::string text = kJoblogHeader;
  for (const auto& [index, outcome] :
       {std::pair(4, Outcome::done), std::pair(1, Outcome::failed), std::pair(2, Outcome::done),
        std::pair(3, Outcome::lost), std::pair(4, Outcome::done), std::pair(0, Outcome::timed_out)})
    text += joblog_line({static_cast<std::uint64_t>(index), result_of(outcome, 0), std::to_string(index)});
  write(text);
  EXPECT_EQ(Joblog(path_, MapItems::range(0, 5), true).done(), (std::vector<std::uint64_t>{2, 4}));
  EXPECT_EQ(read(), text);
}

// Whoever is killed while it writes leaves the beginning of a line, of any length.
TEST_F(JoblogFile, ATornLineIsTakenAway) {
  const std::string header = kJoblogHeader;
  const std::string line = joblog_line({1, result_of(Outcome::done, 0), "1"});
  for (const std::string& whole : {std::string(), header, header + line}) {
    const std::string next = whole.empty() ? header : line;
    for (std::size_t size = 0; size < next.size(); ++size) {
      write(whole + next.substr(0, size));
      const Joblog log(path_, MapItems::range(0, 3), true);
      EXPECT_EQ(log.done().size(), whole.size() > header.size() ? 1U : 0U);
      EXPECT_EQ(read(), whole.empty() ? header : whole);
    }
  }
}

TEST_F(JoblogFile, WhatIsNoJoblogOrOfOtherItemsIsRefusedAndNotTouched) {
  const std::string header = kJoblogHeader;
  const std::string good = joblog_line({1, result_of(Outcome::done, 0), "1"});
  for (const std::string& text :
       {std::string("one line\n"), std::string("no line"), header + "1\tdone\n", header + good + "\n",
        header + "x" + good, header + joblog_line({1, result_of(Outcome::done, 0), "2"}),
        header + joblog_line({3, result_of(Outcome::done, 0), "3"}), header + "-" + good,
        header + good + header}) {
    write(text);
    EXPECT_EQ(test::errc_of([&] { Joblog(path_, MapItems::range(0, 3), true); }), Errc::usage) << text;
    EXPECT_EQ(read(), text);
  }
}

}  // namespace
}  // namespace shmkit::map
