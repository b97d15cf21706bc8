#include "npy/descr.hpp"

#include <bit>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "npy/refuse.hpp"

namespace shmkit::npy {
namespace {

constexpr std::string_view kOrders = "<>=|";
constexpr std::size_t kMaxText = 64;  // Longer than any dtype: what is repeated in a message stays readable.

DType parse_native(std::string_view text, std::string_view file) {
  try {
    return DType::parse(text);
  } catch (const Error& e) {
    if (e.errc() != Errc::usage) throw;
    refuse(file, e.what(), e.hint());
  }
}

void refuse_objects(std::string_view text, std::string_view file) {
  if (!text.starts_with('O') && text != "object") return;
  refuse(file, "it holds Python objects, which are pickled pointers and mean nothing to another process",
         "convert it first: np.save(file, a.astype(float))");
}

}  // namespace

Descr parse_descr(std::string_view text, std::string_view file) {
  if (text.size() > kMaxText) refuse(file, fmt::format("'{}...' is not a dtype", text.substr(0, kMaxText)));
  const char order =
      !text.empty() && kOrders.find(text.front()) != std::string_view::npos ? text.front() : '=';
  const std::string_view plain = text.substr(text.find_first_not_of(kOrders) == 1 ? 1 : 0);
  refuse_objects(plain, file);
  const DType dtype = parse_native(plain, file);
  constexpr char kForeign = std::endian::native == std::endian::little ? '>' : '<';
  return {dtype, order == kForeign && swap_unit(dtype) > 1};
}

std::string format_descr(const DType& dtype, bool big_endian) {
  std::string text = dtype.typestr();
  if (swap_unit(dtype) > 1) text.front() = big_endian ? '>' : '<';
  return text;
}

std::size_t swap_unit(const DType& dtype) noexcept {
  switch (dtype.kind()) {
    case Kind::bytes:
    case Kind::raw:
      return 1;
    case Kind::unicode:
      return 4;
    case Kind::complex64:
    case Kind::complex128:
    case Kind::clongdouble:
      return dtype.itemsize() / 2;
    default:
      return dtype.itemsize();
  }
}

}  // namespace shmkit::npy
