#include <algorithm>
#include <iostream>

#include "pool/killer.hpp"
#include "pool/named_pool_fixture.hpp"

namespace shmkit {
namespace {

using namespace std::chrono_literals;
using test::in_chunks;
using test::TestArray;

// What a named pool promises to its users (pool.hpp). The oracle is the serial run.
struct NamedPool : test::NamedPoolTest {
  void SetUp() override {
    NamedPoolTest::SetUp();
    x.emplace(name("x"), Kind::float64, 16 * 1024);
    test::serially("random", x->array);
    expected = test::bits(test::serially("sum", x->array));
  }
  void TearDown() override {
    pool.reset();
    x.reset();
    NamedPoolTest::TearDown();
  }

  void start(unsigned workers = 2) {
    pool.emplace(pool_name(), workers);
    ASSERT_EQ(pool->ready(), Errc{});
  }
  void expect_right_job(std::uint64_t chunks = 20) {
    PoolClient client = PoolClient::connect(pool_name());
    EXPECT_EQ(test::bits(client.run("sum", x->array, in_chunks(chunks)).result), expected);
  }
  std::vector<int> workers() const { return test::children_of(pool->supervisor()); }

  // What of /proc/PID/maps speaks of `text`.
  static std::string mapped(int pid, const std::string& text) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/maps");
    for (std::string line; std::getline(in, line);) {
      if (line.find(text) != std::string::npos) return line;
    }
    return {};
  }
  bool nobody_maps(const std::string& text) const {
    auto pids = workers();
    pids.push_back(pool->supervisor());
    return std::ranges::all_of(pids, [&](int pid) { return mapped(pid, text).empty(); });
  }

  std::optional<test::TestPool> pool;
  std::optional<TestArray> x;
  std::string expected;
};

TEST_F(NamedPool, ServesEightClientsAtOnce) {
  start(4);
  std::vector<std::unique_ptr<test::ChildProcess>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(test::new_program([i] {
      TestArray mine(name("mine" + std::to_string(i)), Kind::int64,
                     static_cast<std::uint64_t>(100 + 1000 * i));
      mine.array.writable_elements<std::int64_t>().back() = i + 1;
      const char* kernel = i % 2 == 0 ? "max" : "sum";
      PoolClient client = PoolClient::connect(pool_name());
      for (int job = 0; job < test::rounds(250); ++job) {
        const auto chunks = static_cast<std::uint64_t>(1 + job % 40);
        const RunReport report = client.run(kernel, mine.array, in_chunks(chunks));
        if (std::get<std::int64_t>(report.result.scalar) != i + 1 || report.deaths != 0) ::_exit(99);
      }
    }));
  }
  for (const auto& client : clients) EXPECT_EQ(client->wait().exit_code, 0);
  EXPECT_EQ(pool_status(pool_name()).jobs_done, static_cast<std::uint64_t>(8 * test::rounds(250)));
}

// A million small chunks take a second and more, a turn takes a millisecond.
TEST_F(NamedPool, LetsAShortJobThroughAmongTheChunksOfALongOne) {
  start(2);
  TestArray large(name("large"), Kind::int64, 1'000'000);
  test::SharedPage<std::atomic<int>> jobs;
  const auto hog = test::new_program([&] {
    PoolClient client = PoolClient::connect(pool_name());
    for (;; ++*jobs) client.run("sum", large.array, in_chunks(1'000'000));
  });
  ASSERT_TRUE(test::wait_until([&] { return *jobs == 1; }, 60s));
  PoolClient client = PoolClient::connect(pool_name());
  std::vector<std::chrono::steady_clock::duration> times;
  for (int i = 0; i < 51; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(test::bits(client.run("sum", x->array, in_chunks(4)).result), expected);
    times.push_back(std::chrono::steady_clock::now() - begin);
    std::this_thread::sleep_for(1ms);
  }
  std::ranges::sort(times);
  EXPECT_LT(times[times.size() / 2], test::kSanitized ? 200ms : 20ms);
  EXPECT_LT(times.back(), test::kSanitized ? 4000ms : 400ms);
}

TEST_F(NamedPool, RunsArraysOfAllSizes) {
  start(3);
  PoolClient client = PoolClient::connect(pool_name());
  for (const Shape& shape : {Shape{}, Shape{0}, Shape{1}, Shape{3, 0, 2}, Shape{2, 3, 5}}) {
    const Name array_name = Name::parse(name("shaped"));
    AnyArray array = create(array_name, Kind::int64, shape);
    RunOptions options = in_chunks(10);
    options.arguments = {{"value", "7"}};
    client.run("fill", array, options);
    const auto size = static_cast<std::int64_t>(array.shape().size());
    EXPECT_EQ(std::get<std::int64_t>(client.run("sum", array, in_chunks(10)).result.scalar), 7 * size);
    remove(array_name);
  }
}

TEST_F(NamedPool, RunsWithMoreWorkersThanChunksAndThanCpus) {
  start(64);
  for (const std::uint64_t chunks : {1U, 2U, 3U, 63U, 1000U}) expect_right_job(chunks);
  EXPECT_EQ(pool_status(pool_name()).workers.size(), 64U);
}

TEST_F(NamedPool, HasRoomForTwoHundredAndFiftySixClients) {
  start();
  std::vector<PoolClient> clients;
  for (std::uint32_t i = 0; i < pool::kMaxClients; ++i) {
    clients.push_back(PoolClient::connect(pool_name()));
    if (i % 16 != 0) continue;
    EXPECT_EQ(test::bits(clients.back().run("sum", x->array, in_chunks(5)).result), expected);
  }
  EXPECT_EQ(test::errc_of([] { PoolClient::connect(pool_name()); }), Errc::failed);
  clients.erase(clients.begin() + 100);
  expect_right_job();
  for (PoolClient& client : clients)
    EXPECT_EQ(test::bits(client.run("sum", x->array, in_chunks(5)).result), expected);
  clients.clear();
  EXPECT_TRUE(all_clients_gone());
}

TEST_F(NamedPool, ReadsTheArrayThatHasTheNameNow) {
  start();
  PoolClient client = PoolClient::connect(pool_name());
  CreateOptions replace;
  replace.replace = true;
  const Name again = Name::parse(name("again"));
  for (std::int64_t i = 1; i <= test::rounds(200); ++i) {
    AnyArray array = create(again, Kind::int64, {static_cast<std::uint64_t>(10 + i % 7 * 1000)}, replace);
    array.writable_elements<std::int64_t>().back() = -i;
    ASSERT_EQ(std::get<std::int64_t>(client.run("min", array, in_chunks(5)).result.scalar), -i);
  }
  remove(again);
}

TEST_F(NamedPool, LetsGoOfDeletedArraysWhenItIsIdle) {
  start();
  PoolClient client = PoolClient::connect(pool_name());
  {
    TestArray gone(name("gone"), Kind::int64, 100'000);
    client.run("sum", gone.array, in_chunks(100));
    EXPECT_FALSE(nobody_maps(name("gone")));
  }
  client.run("sum", x->array, in_chunks(100));
  EXPECT_TRUE(test::wait_until([&] { return nobody_maps(name("gone")); }, test::kSanitized ? 10s : 2500ms));
  EXPECT_FALSE(nobody_maps(name("x"))) << "it need not attach again what is still there";
}

TEST_F(NamedPool, LetsGoOfTheJobMemoryOfClientsThatHaveLeft) {
  start();
  {
    PoolClient client = PoolClient::connect(pool_name());
    client.run("sum", x->array, in_chunks(10'000));
    for (const int worker : workers()) ::kill(worker, SIGKILL);  // So that the supervisor maps it too.
    client.run("sum", x->array, in_chunks(10'000));
  }
  EXPECT_TRUE(test::wait_until([&] { return nobody_maps("shmkit-job"); }, test::kSanitized ? 10s : 4s));
  expect_right_job();
}

TEST_F(NamedPool, NeedsNoMoreAfterTwoThousandJobs) {
  start();
  // Of its own and shared; code does not count, which is read when it is first needed.
  const auto kilobytes = [](int pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/status");
    long sum = 0;
    for (std::string word; in >> word;) {
      if (word != "RssAnon:" && word != "RssShmem:") continue;
      long size = 0;
      in >> size;
      sum += size;
    }
    return sum;
  };
  const auto descriptors = [](int pid) {
    const std::filesystem::directory_iterator fds("/proc/" + std::to_string(pid) + "/fd");
    return std::distance(begin(fds), end(fds));
  };
  const auto run_jobs = [&](int count) {
    for (int i = 0; i < count; ++i) {
      TestArray other(name("other" + std::to_string(i % 30)), Kind::int64, 1000);
      PoolClient client = PoolClient::connect(pool_name());
      client.run("sum", other.array, in_chunks(static_cast<std::uint64_t>(1 + i * 37 % 1000)));
      client.run("sum", x->array, in_chunks(20));
    }
  };
  run_jobs(test::rounds(200));
  std::vector<int> pids = workers();
  pids.push_back(pool->supervisor());
  std::vector<std::pair<long, std::ptrdiff_t>> before;
  for (const int pid : pids) before.emplace_back(kilobytes(pid), descriptors(pid));
  run_jobs(test::rounds(1000));
  for (std::size_t i = 0; i < pids.size(); ++i) {
    EXPECT_LE(kilobytes(pids[i]), before[i].first + (test::kSanitized ? 8000 : 150)) << "process " << i;
    EXPECT_LE(descriptors(pids[i]), before[i].second) << "process " << i;
  }
  EXPECT_EQ(workers(), std::vector<int>(pids.begin(), pids.end() - 1)) << "they have been replaced meanwhile";
}

TEST_F(NamedPool, IsAsBeforeAfterAJobThatCannotBe) {
  start();
  PoolClient client = PoolClient::connect(pool_name());
  TestArray text(name("text"), DType::parse("<U4"), 100);
  for (int i = 0; i < 20; ++i) {
    TestArray gone(name("gone"), Kind::float64, 1000);
    remove(gone.array.info().name);
    EXPECT_EQ(test::errc_of([&] { client.run("sum", gone.array, in_chunks(10)); }), Errc::not_found);
    EXPECT_EQ(test::errc_of([&] { client.run("sum", text.array, in_chunks(10)); }), Errc::not_an_array);
    EXPECT_EQ(test::errc_of([&] { client.run("no such kernel", x->array); }), Errc::usage);
    EXPECT_EQ(test::errc_of([&] { client.run("fill", x->array); }), Errc::usage);
    EXPECT_EQ(test::bits(client.run("sum", x->array, in_chunks(10)).result), expected);
  }
  EXPECT_EQ(pool_status(pool_name()).deaths, 0U);
}

// Its workers are stopped meanwhile, so that it does not end in time.
TEST_F(NamedPool, GivesAJobUpAfterItsTimeOut) {
  start();
  PoolClient client = PoolClient::connect(pool_name());
  for (int i = 0; i < 10; ++i) {
    for (const int worker : workers()) ASSERT_TRUE(test::stop(worker));
    RunOptions hurried = in_chunks(1000);
    hurried.timeout = 1ms;
    EXPECT_EQ(test::errc_of([&] { client.run("sum", x->array, hurried); }), Errc::timed_out);
    EXPECT_EQ(slot(0).state, pool::SlotState::draining);
    for (const int worker : workers()) ::kill(worker, SIGCONT);
    EXPECT_EQ(test::bits(client.run("sum", x->array, in_chunks(10)).result), expected);
  }
  EXPECT_EQ(pool_status(pool_name()).deaths, 0U);
}

TEST_F(NamedPool, StopsWhenItsJobsAreDone) {
  start();
  TestArray large(name("large"), Kind::int64, 1'000'000);
  const auto client = test::new_program(
      [&] { PoolClient::connect(pool_name()).run("sum", large.array, in_chunks(1'000'000)); });
  ASSERT_TRUE(test::wait_until([] { return slot(0).state == pool::SlotState::running; }));
  stop_pool(pool_name());
  EXPECT_EQ(client->wait().exit_code, 0);
  EXPECT_EQ(pool->wait().exit_code, 0);
  EXPECT_EQ(segments(), std::vector<std::string>{});
}

TEST_F(NamedPool, StopsAtOnceAndSaysSo) {
  start();
  TestArray large(name("large"), Kind::int64, 1'000'000);
  const auto client = test::new_program([&] {
    PoolClient me = PoolClient::connect(pool_name());
    for (;;) me.run("sum", large.array, in_chunks(1'000'000));
  });
  ASSERT_TRUE(test::wait_until([] { return slot(0).state == pool::SlotState::running; }));
  stop_pool(pool_name(), Stop::now);
  EXPECT_EQ(client->wait().exit_code, static_cast<int>(Errc::pool_lost));
  EXPECT_EQ(pool->wait().exit_code, 0);
  EXPECT_EQ(segments(), std::vector<std::string>{});
}

TEST_F(NamedPool, HasItsNameForItselfAlone) {
  for (int round = 0; round < test::rounds(30); ++round) {
    std::vector<std::unique_ptr<test::TestPool>> rivals;
    for (int i = 0; i < 4; ++i) rivals.push_back(std::make_unique<test::TestPool>(pool_name(), 1));
    std::vector<Errc> outcomes;
    for (const auto& rival : rivals) outcomes.push_back(rival->ready());
    EXPECT_EQ(std::ranges::count(outcomes, Errc{}), 1);
    EXPECT_EQ(std::ranges::count(outcomes, Errc::exists), 3);
    expect_right_job();
    rivals.clear();  // Killed: the next ones take it over.
  }
}

// A client of a pool that was stopped has a slot of the same number, and job memory of the same name.
TEST_F(NamedPool, IsNotHarmedByAClientOfTheOneBefore) {
  start();
  std::optional<PoolClient> old(PoolClient::connect(pool_name()));
  old->run("sum", x->array, in_chunks(10));
  stop_pool(pool_name());
  pool->wait();
  start();
  PoolClient client = PoolClient::connect(pool_name());
  EXPECT_EQ(test::bits(client.run("sum", x->array, in_chunks(10)).result), expected);
  EXPECT_EQ(test::errc_of([&] { old->run("sum", x->array, in_chunks(10'000)); }), Errc::pool_lost);
  old.reset();
  EXPECT_EQ(job_segments().size(), 1U);
  for (const int worker : workers()) ::kill(worker, SIGKILL);  // Its successors attach by name.
  EXPECT_EQ(test::bits(client.run("sum", x->array, in_chunks(10)).result), expected);
}

// It has lost its pool, and keeps nobody from starting another one.
TEST_F(NamedPool, IsReplacedThoughAClientOfTheDeadOneLives) {
  start();
  PoolClient old = PoolClient::connect(pool_name());
  old.run("sum", x->array, in_chunks(10));
  pool->kill();
  start();
  expect_right_job();
  EXPECT_EQ(test::errc_of([&] { old.run("sum", x->array, in_chunks(10)); }), Errc::pool_lost);
  expect_right_job();
  stop_pool(pool_name());
}

// Started in the ordinary way: an orphan in a session of its own.
TEST_F(NamedPool, StartsAndStops) {
  const PoolInfo info = start_pool(pool_name(), 2);
  EXPECT_EQ(info.workers, 2U);
  EXPECT_EQ(::getsid(info.supervisor_pid), info.supervisor_pid);
  EXPECT_EQ(test::errc_of([] { start_pool(pool_name(), 2); }), Errc::exists);
  // The supervisor of the second start.
  EXPECT_TRUE(test::wait_until([] { return ::waitpid(-1, nullptr, WNOHANG) > 0; }));
  expect_right_job();
  stop_pool(pool_name());
  EXPECT_EQ(::waitpid(info.supervisor_pid, nullptr, 0), info.supervisor_pid);
  EXPECT_EQ(test::errc_of([] { stop_pool(pool_name()); }), Errc::not_found);
}

}  // namespace
}  // namespace shmkit
