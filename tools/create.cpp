#include <array>
#include <iostream>
#include <optional>

#include <fmt/format.h>

#include <shmkit/run.hpp>

#include "command_line.hpp"
#include "creation.hpp"
#include "describe.hpp"
#include "format/nearest.hpp"

namespace shmkit::tool {
namespace {

namespace po = boost::program_options;

constexpr Manual kManual{"create", "NAME --shape EXTENTS [options]",
                         R"(Makes an array. Its name appears when it is complete and filled; its space is
reserved, so that using it cannot fail later. It stays until it is deleted, or,
with --owner, until `shmtool gc` finds its owner dead.

Examples
  shmtool create frames --shape 100,1080,1920 --dtype float32
  shmtool create x --shape 300000000 --fill random:42
  shmtool create ones --shape 3,5 --dtype int64 --fill 1
  shmtool create x --shape 1000000 --owner $$
  shmtool create file://data/big.arr --shape 1000000 --mode 0644
)"};

/// What fills a new array: a generator and its arguments.
struct Filling {
  std::string kernel;
  Arguments arguments;
};

std::optional<Filling> parse_filling(const std::string& text) {
  if (text == "zeros") return std::nullopt;
  if (text == "arange") return Filling{"arange", {}};
  if (text == "random") return Filling{"random", {}};
  if (text.starts_with("random:")) return Filling{"random", {{"seed", text.substr(7)}}};
  const std::array<std::string, 3> words = {"zeros", "arange", "random"};
  if (const auto close = nearest(text, words))  // No number looks like one of these.
    throw Error(Errc::usage, fmt::format("--fill '{}' is unknown", text),
                fmt::format("did you mean '{}'?", *close));
  return Filling{"fill", {{"value", text}}};
}

// A small array is filled sooner than a worker is started.
void fill(ArrayDraft& draft, const Filling& filling) {
  RunOptions options;
  options.arguments = filling.arguments;
  if (default_chunks(draft.array().shape().size()) == 1) options.via = Via::serial;
  const RunReport report = run(filling.kernel, draft, options);
  if (!report.failures.empty())
    throw Error(Errc::chunks_failed, fmt::format("filling failed: {}", report.failures[0].reason));
}

ArrayInfo make(const CommandLine& line, const Name& name) {
  const DType dtype = DType::parse(line.get<std::string>("dtype"));
  const Shape shape = Shape::parse(line.get<std::string>("shape"));
  const auto filling = parse_filling(line.get<std::string>("fill"));
  const CreateOptions options = creation_options(line);
  return create_unless_present(line, name, dtype, shape, [&] {
    ArrayDraft draft = ArrayDraft::create(name, dtype, shape, options);
    if (filling) fill(draft, *filling);
    return std::move(draft).publish().info();
  });
}

}  // namespace

int create_command(const Words& words) {
  CommandLine line(kManual);
  line.options()("shape,s", po::value<std::string>()->value_name("EXTENTS"),
                 "extent of each axis: 3,5,7; () for none")(
      "dtype,d", po::value<std::string>()->default_value("float64")->value_name("DTYPE"),
      "bool, int8..int64, uint8..uint64, float16..float64, longdouble, complex64, complex128, S5, U3, V12, "
      "datetime64[ns]")("fill,f", po::value<std::string>()->default_value("zeros")->value_name("WHAT"),
                        "zeros, a value, arange, or random:SEED (uniform in [0, 1))");
  add_creation_options(line);
  if (!line.parse(words, 1, 1)) return 0;
  if (!line.has("shape")) throw Error(Errc::usage, "--shape is missing", "for instance --shape 3,5,7");
  const ArrayInfo made = make(line, Name::parse(line.positionals()[0]));
  if (line.json()) {
    print_json(array_json(with_creation_time(made)));
  } else if (!line.quiet()) {
    std::cout << array_line(made) << '\n';
  }
  return 0;
}

}  // namespace shmkit::tool
