#include "advise/compute_arguments.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include <shmkit/error.hpp>

namespace shmkit::advise_model {
namespace {

// Either the number of items, or where a range of them ends that begins at `start`.
struct Row {
  std::string_view kernel;
  std::string_view amount;
  std::string_view start = {};
};

constexpr std::array kRows{Row{"pi", "n"}, Row{"fib", "times"}, Row{"sleep", "times"},
                           Row{"primes", "stop", "start"}};

const Row* find_row(std::string_view kernel) noexcept {
  for (const Row& row : kRows) {
    if (row.kernel == kernel) return &row;
  }
  return nullptr;
}

std::uint64_t start_of(const Row& row, const Arguments& arguments) {
  const auto found = arguments.find(std::string(row.start));
  if (found == arguments.end())
    throw Error(Errc::usage, fmt::format("kernel {} needs the argument '{}'", row.kernel, row.start),
                fmt::format("for instance --arg {}=1000000", row.start));
  std::uint64_t start = 0;
  const std::string& text = found->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), start);
  if (error != std::errc() || end != text.data() + text.size())
    throw Error(Errc::usage, fmt::format("kernel {}: {} '{}' is not a number", row.kernel, row.start, text));
  return start;
}

}  // namespace

bool says_how_much(std::string_view kernel, std::string_view argument) noexcept {
  const Row* row = find_row(kernel);
  return row != nullptr && row->amount == argument;
}

Arguments for_items(std::string_view kernel, const Arguments& arguments, std::uint64_t items,
                    std::uint64_t total) {
  const Row* row = find_row(kernel);
  if (row == nullptr) {
    throw Error(Errc::usage,
                fmt::format("which argument of kernel {} says how much there is to do is not known", kernel),
                "measure it: `shmtool run`");
  }
  Arguments scaled = arguments;
  if (row->start.empty()) {
    scaled[std::string(row->amount)] = std::to_string(items);
    return scaled;
  }
  const std::uint64_t start = start_of(*row, arguments) + (total > items ? (total - items) / 2 : 0);
  scaled[std::string(row->start)] = std::to_string(start);
  scaled[std::string(row->amount)] = std::to_string(start + items);
  return scaled;
}

}  // namespace shmkit::advise_model
