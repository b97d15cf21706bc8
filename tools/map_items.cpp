#include "map_items.hpp"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <shmkit/run.hpp>

#include "report_error.hpp"

namespace shmkit::tool {
namespace {

namespace po = boost::program_options;

struct Closer {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

[[noreturn]] void fail_to_read(const std::string& file) {
  throw Error(errno == ENOENT ? Errc::not_found : Errc::failed,
              fmt::format("cannot read '{}': {}", file, std::strerror(errno)));
}

std::string read_all(std::FILE* file, const std::string& name) {
  std::string text;
  char buffer[1U << 16U];
  while (const std::size_t got = std::fread(buffer, 1, sizeof(buffer), file)) text.append(buffer, got);
  if (std::ferror(file) != 0) fail_to_read(name);
  return text;
}

std::string contents(const std::string& file) {
  if (file == "-") return read_all(stdin, "standard input");
  const std::unique_ptr<std::FILE, Closer> opened(std::fopen(file.c_str(), "re"));
  if (!opened) fail_to_read(file);
  return read_all(opened.get(), file);
}

std::map<std::string, std::string> constants_of(const ArrayInfo& info) {
  return {{"name", info.name.text()},
          {"path", info.name.path()},
          {"dtype", info.dtype.name()},
          {"shape", fmt::format("{}", fmt::join(info.shape.extents(), ","))},
          {"nbytes", fmt::to_string(info.nbytes)},
          {"offset", fmt::to_string(info.data_offset)}};
}

// Attaching checks it, and fills its holes where it may be written: then commands write without a risk.
AnyArray attach(const Name& name) {
  const bool writable = ::access(name.path().c_str(), W_OK) == 0;
  return with_suggestion(
      name, [&] { return AnyArray::attach(name, writable ? Access::read_write : Access::read_only); });
}

MapSource chunks_of(const CommandLine& line) {
  AnyArray array = attach(Name::parse(line.positionals()[0]));
  const std::uint64_t size = array.shape().size();
  const std::uint64_t chunks =
      line.has("chunks") ? parse_count("chunks", line.get<std::string>("chunks"), 1, MapItems::kMost)
                         : default_chunks(size);
  auto constants = constants_of(array.info());
  return {MapItems::chunks(size, chunks), std::move(constants), std::move(array)};
}

MapItems lines_of(const CommandLine& line) {
  const char separator = line.has("null") ? '\0' : '\n';
  return MapItems::lines(contents(line.has("lines") ? line.get<std::string>("lines") : "-"), separator);
}

// What contradicts itself, or is for something else.
void check_source(const CommandLine& line) {
  const bool array = !line.positionals().empty();
  const bool range = line.has("range");
  const bool lines = line.has("lines");
  if (array + range + lines > 1)
    throw Error(Errc::usage, "an array, --lines and --range exclude each other",
                "one source of items is enough");
  if (line.has("chunks") && !array)
    throw Error(Errc::usage, "--chunks is for an array",
                "for instance `shmtool map frames --chunks 10 -- ...`");
  if (line.has("null") && (array || range))
    throw Error(Errc::usage, "--null is for lines", "it says that null characters end them");
  if (!array && !range && !lines && ::isatty(STDIN_FILENO) == 1)
    throw Error(Errc::usage, "there are no items, and standard input is a terminal",
                "an array, --lines FILE, --range BEGIN:END, or lines through a pipe");
}

}  // namespace

void add_item_options(CommandLine& line) {
  line.options()("chunks,c", po::value<std::string>()->value_name("N"),
                 "into how many chunks the array is cut")("lines,l",
                                                          po::value<std::string>()->value_name("FILE"),
                                                          "one command per line of it; - is standard input")(
      "null,0", "a null character ends a line, as `find -print0` writes them")(
      "range,r", po::value<std::string>()->value_name("A:B[:STEP]"),
      "one command per integer from A up to B - 1");
}

MapItems parse_range(const std::string& text) {
  std::vector<std::int64_t> numbers;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); numbers.size() < 3;) {
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(at, end, number);
    if (error != std::errc()) break;
    numbers.push_back(number);
    if (stop == end && numbers.size() > 1)
      return MapItems::range(numbers[0], numbers[1], numbers.size() > 2 ? numbers[2] : 1);
    if (stop == end || *stop != ':') break;
    at = stop + 1;
  }
  throw Error(Errc::usage, fmt::format("--range '{}' is not BEGIN:END or BEGIN:END:STEP", text),
              "integers, for instance 0:100; a negative first one as --range=-5:5");
}

MapSource map_source(const CommandLine& line) {
  check_source(line);
  if (!line.positionals().empty()) return chunks_of(line);
  if (line.has("range")) return {parse_range(line.get<std::string>("range")), {}, {}};
  return {lines_of(line), {}, {}};
}

}  // namespace shmkit::tool
