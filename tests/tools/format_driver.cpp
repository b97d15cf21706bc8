// Formats arrays for tests/python/test_array_format.py, which compares them with what NumPy prints.
//
// Reads requests from stdin until it ends: three lines (dtype, shape, index or nothing) and the bytes of the
// elements. Answers each with a line that holds the length of the text, the text, and a line feed. The text
// of a request that throws is "Error: " and the message.

#include <cstddef>
#include <iostream>
#include <string>
#include <vector>

#include <shmkit/dtype.hpp>
#include <shmkit/error.hpp>
#include <shmkit/shape.hpp>

#include "format/format_array.hpp"
#include "format/slice.hpp"

namespace {

std::string answer(const shmkit::tool::View& view, const std::string& index) try {
  return shmkit::tool::format_array(index.empty() ? view : shmkit::tool::slice(view, index));
} catch (const shmkit::Error& error) {
  return std::string("Error: ") + error.what();
}

}  // namespace

int main() {
  std::string dtype_text;
  std::string shape_text;
  std::string index;
  while (std::getline(std::cin, dtype_text) && std::getline(std::cin, shape_text) &&
         std::getline(std::cin, index)) {
    const auto dtype = shmkit::DType::parse(dtype_text);
    const auto shape = shmkit::Shape::parse(shape_text);
    std::vector<std::byte> data(shape.size() * dtype.itemsize());
    std::cin.read(reinterpret_cast<char*>(data.data()), static_cast<std::streamsize>(data.size()));
    const std::string text = answer(shmkit::tool::whole(dtype, shape, data), index);
    std::cout << text.size() << '\n' << text << '\n';
  }
}
