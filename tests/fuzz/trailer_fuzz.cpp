#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include <shmkit/error.hpp>

#include "array/trailer.hpp"

// What holds for any bytes at the ends of a file: they are refused with not_an_array, or describe an array
// that lies within the file and that, if we can make such arrays, we describe with a trailer that says the
// same.
//
// An input: 8 bytes that stand before the tail in the file's length (little-endian, so that data may be
// missing or without end), 1 byte for the slack, 1 byte that says how much of the rest is the head, then head
// and tail. Seeds are in corpus/trailer.
namespace {

using namespace shmkit;

void require(bool condition) {
  if (!condition) std::abort();
}

void require_round_trip(const trailer::Trailer& found) {
  if (found.shape.rank() > Shape::kMaxCreateRank) return;
  const auto bytes = trailer::make(found.dtype, found.shape, found.owner);
  const auto again = trailer::parse(bytes, {}, found.nbytes + bytes.size(), 0, "again");
  require(again.kind == TrailerKind::dual && again.shape == found.shape && again.nbytes == found.nbytes);
  require(again.owner == found.owner);
  require(again.dtype == found.dtype || found.shape.rank() > 19);  // Higher ranks keep no unit of time.
}

void require_plausible(const trailer::Trailer& found, std::uint64_t file_bytes) {
  require(found.nbytes == found.shape.size() * found.dtype.itemsize());
  require(found.data_offset <= file_bytes && found.nbytes <= file_bytes - found.data_offset);
  require(found.shape.rank() <= Shape::kMaxRank && !found.dtype.name().empty());
}

// Exactly as long as they say: a read behind the end is seen by AddressSanitizer.
std::vector<std::byte> private_copy(std::span<const std::byte> bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kPrefix = 10;
  if (size < kPrefix) return 0;
  std::uint64_t before = 0;
  std::memcpy(&before, data, sizeof(before));
  const std::uint64_t slack = data[8] == 0 ? 0 : (std::uint64_t{1} << (data[8] % 31U)) - 1;
  const auto rest = std::as_bytes(std::span(data, size)).subspan(kPrefix);
  const std::size_t head_bytes = std::min({std::size_t{data[9]}, trailer::kFrontBytes, rest.size()});
  const auto head = private_copy(rest.first(head_bytes));
  const auto tail =
      private_copy(rest.subspan(head_bytes).last(std::min(rest.size() - head_bytes, trailer::kMaxBytes)));
  const std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  const std::uint64_t file_bytes = std::min(before, most - tail.size()) + tail.size();
  try {
    const trailer::Trailer found = trailer::parse(tail, head, file_bytes, slack, "fuzzed");
    require_plausible(found, file_bytes);
    require_round_trip(found);
  } catch (const Error& e) {
    require(e.errc() == Errc::not_an_array);
  }
  return 0;
}
