#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include <shmkit/error.hpp>

#include "npy/descr.hpp"
#include "npy/header.hpp"

// What holds for any bytes: the parser refuses them with not_an_array, or returns a header that can be
// written and read back. Seeds are in corpus/npy.
namespace {

using namespace shmkit;

void require(bool condition) {
  if (!condition) std::abort();
}

void require_round_trip(const npy::Header& header) {
  const auto bytes =
      npy::format_header({npy::format_descr(header.dtype, false), header.fortran_order, header.shape, 1});
  const npy::Header again = npy::parse_header(bytes, "again");
  require(again.dtype == header.dtype && again.shape == header.shape);
  require(again.fortran_order == header.fortran_order && again.data_offset == bytes.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    const npy::Header header = npy::parse_header(bytes, "fuzzed");
    require(header.data_offset <= size && header.shape.rank() <= Shape::kMaxCreateRank);
    require_round_trip(header);
  } catch (const Error& e) {
    require(e.errc() == Errc::not_an_array);
  }
  return 0;
}
