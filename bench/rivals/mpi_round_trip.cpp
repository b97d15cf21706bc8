// A rival of message_round_trip: a letter of 64 bytes from one rank to another and back, through MPI.
//
// Usage: mpirun -n 2 mpi_round_trip TRIPS
//
// Prints the median trip in microseconds; exit code 1 if a letter came back changed.
#include <mpi.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

using Letter = std::array<long, 8>;
constexpr int kOther = 1;

void echo(long trips) {
  for (long trip = 0; trip < trips; ++trip) {
    Letter letter{};
    MPI_Recv(letter.data(), static_cast<int>(letter.size()), MPI_LONG, 0, 0, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
    MPI_Send(letter.data(), static_cast<int>(letter.size()), MPI_LONG, 0, 0, MPI_COMM_WORLD);
  }
}

// Microseconds of each trip; empty if a letter came back changed.
std::vector<double> send(long trips) {
  constexpr double kMicroseconds = 1e6;
  std::vector<double> times;
  for (long trip = 0; trip < trips; ++trip) {
    Letter letter{};
    letter.fill(trip);
    const Letter sent = letter;
    const double start = MPI_Wtime();
    MPI_Send(letter.data(), static_cast<int>(letter.size()), MPI_LONG, kOther, 0, MPI_COMM_WORLD);
    letter.fill(-1);
    MPI_Recv(letter.data(), static_cast<int>(letter.size()), MPI_LONG, kOther, 0, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
    times.push_back((MPI_Wtime() - start) * kMicroseconds);
    if (letter != sent) return {};
  }
  return times;
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  const long trips = argc > 1 ? std::max(1L, std::atol(argv[1])) : 1;
  bool right = true;
  if (rank == kOther) echo(trips);
  if (rank == 0) {
    std::vector<double> times = send(trips);
    right = !times.empty();
    std::ranges::sort(times);
    if (right) std::printf("%.9g\n", times[times.size() / 2]);
  }
  if (!right) MPI_Abort(MPI_COMM_WORLD, 1);
  MPI_Finalize();
  return 0;
}
