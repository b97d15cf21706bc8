#include "pool/kill_loops.hpp"

// SIGKILL at any instruction, not only at points, for every kind of process of a named pool.
namespace shmkit {
namespace {

using namespace std::chrono_literals;
using test::ChildProcess;
using test::kills;
using test::new_program;
using test::TestArray;
using test::TestPool;

struct KillAtRandom : test::KillLoopTest {
  using Client = std::unique_ptr<ChildProcess>;

  // Runs jobs of one kernel until told to stop; exit code 99 if a result is wrong. Another array for each,
  // and now and then another client.
  Client steady_client(const std::string& kernel) {
    return new_program([this, kernel] {
      TestArray mine(name(kernel + std::to_string(::getpid())), Kind::int64, 5000);
      test::serially("arange", mine.array);
      const std::string right = test::bits(test::serially(kernel, mine.array));
      while (!*enough_) {
        PoolClient client = PoolClient::connect(pool_name());
        for (int i = 0; i < 20 && !*enough_; ++i) {
          const RunReport report =
              client.run(kernel, mine.array, stubborn(static_cast<std::uint64_t>(20 + i)));
          if (test::bits(report.result) != right || !report.failures.empty()) ::_exit(99);
        }
      }
    });
  }

  Client steady_generator() {
    return new_program([this] {
      TestArray mine(name("filled" + std::to_string(::getpid())), Kind::int64, 5000);
      PoolClient client = PoolClient::connect(pool_name());
      for (std::int64_t value = 1; !*enough_; ++value) {
        RunOptions options = stubborn(30);
        options.arguments = {{"value", std::to_string(value)}};
        client.run("fill", mine.array, options);
        const auto elements = mine.array.elements<std::int64_t>();
        if (!std::ranges::all_of(elements, [=](std::int64_t is) { return is == value; })) ::_exit(99);
      }
    });
  }

  std::vector<Client> steady_clients() {
    std::vector<Client> clients;
    for (const char* kernel : {"sum", "min", "max"}) clients.push_back(steady_client(kernel));
    clients.push_back(steady_generator());
    return clients;
  }

  // What an end of the pool does to a client: none of it is a wrong result.
  static void expect_lost_or_done(int exit_code) {
    const std::set<int> allowed{0, static_cast<int>(Errc::pool_lost), static_cast<int>(Errc::not_found)};
    EXPECT_TRUE(allowed.contains(exit_code)) << exit_code;
  }

  test::SharedPage<std::atomic<bool>> enough_;
};

TEST_F(KillAtRandom, WorkersUnderSeveralClients) {
  const int most = kills(2'500);
  test::expect_end_within(most);
  TestPool pool(pool_name(), 4);
  ASSERT_EQ(pool.ready(), Errc{});
  near_the_last_epoch();
  const auto clients = steady_clients();
  int killed = 0;
  while (killed < most) {
    pause(2000);
    const auto workers = test::children_of(pool.supervisor());
    if (workers.empty()) continue;
    // Now and then all of them.
    for (const int worker : workers) {
      if (any(8) == 0 && kill_child_of(pool.supervisor(), worker)) ++killed;
    }
    killed += kill_child_of(pool.supervisor(), workers[any(static_cast<unsigned>(workers.size()))]);
  }
  *enough_ = true;
  for (const auto& client : clients) EXPECT_EQ(client->wait().exit_code, 0);
  const auto status = pool_status(pool_name());
  stop_pool(pool_name());
  EXPECT_EQ(pool.wait().exit_code, 0);
  test::report_kills("workers at random", killed, std::to_string(status.jobs_done) + " jobs");
}

TEST_F(KillAtRandom, Clients) {
  const int most = kills(1'500);
  test::expect_end_within(most);
  TestPool pool(pool_name(), 2);
  ASSERT_EQ(pool.ready(), Errc{});
  near_the_last_epoch();
  std::optional<PoolClient> survivor(PoolClient::connect(pool_name()));
  std::vector<Client> clients(5);
  int killed = 0;
  for (int turn = 0; killed < most && !HasFailure(); ++turn) {
    Client& client = clients[static_cast<std::size_t>(turn) % clients.size()];
    if (client) {
      pause(1500);
      client->send(SIGKILL);
      EXPECT_EQ(client->wait().signal, SIGKILL);
      ++killed;
    }
    client = new_program([this] {
      for (;;) {
        PoolClient me = PoolClient::connect(pool_name());
        for (std::uint64_t chunks = 10; chunks < 8000; chunks *= 5) me.run("sum", x->array, stubborn(chunks));
      }
    });
    if (turn % 16 == 0) expect_right(survivor->run("sum", x->array, stubborn()));
  }
  clients.clear();
  survivor.reset();
  EXPECT_TRUE(all_clients_gone());
  EXPECT_EQ(pool_status(pool_name()).deaths, 0U);
  stop_pool(pool_name());
  EXPECT_EQ(pool.wait().exit_code, 0);
  test::report_kills("clients at random", killed);
}

// From the first instruction of the supervisor on, with clients that come and go, and with workers that die
// at the same time.
TEST_F(KillAtRandom, Supervisors) {
  const int most = kills(500);
  test::expect_end_within(most);
  int killed = 0;
  int lives = 0;
  for (; killed < most && !HasFailure(); ++lives) {
    TestPool pool(pool_name(), 3);
    std::vector<Client> clients;
    if (lives % 4 != 0) {
      ASSERT_EQ(pool.ready(), Errc{});
      near_the_last_epoch();
      for (int i = 0; i < 2; ++i) {
        clients.push_back(new_program([this] {
          PoolClient me = PoolClient::connect(pool_name());
          for (;;) expect_right(me.run("sum", x->array, stubborn()));
        }));
      }
    }
    pause(6000);
    if (lives % 2 != 0) {
      for (const int worker : test::children_of(pool.supervisor())) {
        if (any(2) == 0) killed += kill_child_of(pool.supervisor(), worker);
      }
      pause(100);
    }
    pool.kill();
    ++killed;
    for (const auto& client : clients) expect_lost_or_done(client->wait().exit_code);
  }
  TestPool pool(pool_name(), 2);
  ASSERT_EQ(pool.ready(), Errc{});
  EXPECT_EQ(job_segments(), std::vector<std::string>{});
  expect_right(PoolClient::connect(pool_name()).run("sum", x->array, stubborn()));
  test::report_kills("supervisors at random, and workers under them", killed,
                     std::to_string(lives) + " supervisors");
}

}  // namespace
}  // namespace shmkit
