// plain_boost_reader NAME COUNT [FACTOR]: prints the sum of COUNT doubles, multiplying each by FACTOR first
// if one is given. Nothing of shmkit is used: data lies at offset 0, and that is all one needs to know.
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <span>

#include <boost/interprocess/mapped_region.hpp>
#include <boost/interprocess/shared_memory_object.hpp>

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  namespace bip = boost::interprocess;
  const bip::shared_memory_object segment(bip::open_only, argv[1], bip::read_write);
  const bip::mapped_region region(segment, bip::read_write);
  const std::span values(static_cast<double*>(region.get_address()), std::strtoull(argv[2], nullptr, 10));
  if (argc > 3) {
    for (double& value : values) value *= std::strtod(argv[3], nullptr);
  }
  std::printf("%.17g\n", std::accumulate(values.begin(), values.end(), 0.0));
}
