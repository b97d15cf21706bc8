#include "array/typenum.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace shmkit::trailer {
namespace {

// A kind that two type numbers stand for is written with the first one.
constexpr std::array<std::pair<std::int32_t, Kind>, 23> kTypenums = {{
    {0, Kind::boolean},      {1, Kind::int8},         {2, Kind::uint8},      {3, Kind::int16},
    {4, Kind::uint16},       {5, Kind::int32},        {6, Kind::uint32},     {7, Kind::int64},
    {8, Kind::uint64},       {9, Kind::int64},        {10, Kind::uint64},    {11, Kind::float32},
    {12, Kind::float64},     {13, Kind::longdouble},  {14, Kind::complex64}, {15, Kind::complex128},
    {16, Kind::clongdouble}, {18, Kind::bytes},       {19, Kind::unicode},   {20, Kind::raw},
    {21, Kind::datetime64},  {22, Kind::timedelta64}, {23, Kind::float16},
}};

}  // namespace

std::int32_t typenum_of(const DType& dtype) noexcept {
  return std::ranges::find(kTypenums, dtype.kind(), &std::pair<std::int32_t, Kind>::second)->first;
}

std::optional<Kind> kind_of_typenum(std::int32_t typenum) noexcept {
  const auto row = std::ranges::find(kTypenums, typenum, &std::pair<std::int32_t, Kind>::first);
  if (row == kTypenums.end()) return std::nullopt;
  return row->second;
}

}  // namespace shmkit::trailer
