#include <unistd.h>

#include <iostream>

#include <shmkit/npy.hpp>

#include "command_line.hpp"
#include "creation.hpp"
#include "describe.hpp"
#include "format/printable.hpp"
#include "format/progress.hpp"
#include "report_error.hpp"

// import and export: the same thing in two directions.
namespace shmkit::tool {
namespace {

namespace po = boost::program_options;

constexpr Manual kImport{"import", "FILE NAME [options]",
                         R"(Reads an .npy file (format 1.0, 2.0 or 3.0, C or Fortran order, either byte
order) into a new array, in C order and native byte order. "-" reads standard
input, which may be a pipe. The name appears when all has been read; whatever
fails leaves nothing.

Examples
  shmtool import frames.npy frames
  zcat frames.npy.gz | shmtool import - frames
)"};

constexpr Manual kExport{"export", "NAME FILE [options]",
                         R"(Writes an array as .npy, which NumPy reads with numpy.load. "-" writes to
standard output. The file appears when it is complete; an existing one is
replaced.

Examples
  shmtool export frames frames.npy
  shmtool export frames - | gzip > frames.npy.gz
)"};

bool show_progress(const CommandLine& line) { return !line.quiet() && ::isatty(STDERR_FILENO) == 1; }

ArrayInfo import_one(const CommandLine& line, const CreateOptions& options, const std::string& file,
                     const Name& name) {
  ProgressBar bar("import", show_progress(line), Amount::bytes);
  const auto progress = [&bar](std::uint64_t done, std::uint64_t total) { bar.update(done, total); };
  return import_npy(file, name, options, progress).info();
}

ExportOptions export_options(const CommandLine& line) {
  const auto& order = line.get<std::string>("order");
  const auto& endian = line.get<std::string>("byte-order");
  const auto& version = line.get<std::string>("npy-version");
  if (order != "C" && order != "F") throw Error(Errc::usage, "--order is C or F");
  if (endian != "little" && endian != "big") throw Error(Errc::usage, "--byte-order is little or big");
  if (version != "1.0" && version != "2.0" && version != "3.0")
    throw Error(Errc::usage, "--npy-version is 1.0, 2.0 or 3.0");
  ExportOptions options;
  options.fortran_order = order == "F";
  options.big_endian = endian == "big";
  options.major_version = version[0] - '0';
  options.replace = !line.has("no-replace");
  return options;
}

}  // namespace

int import_command(const Words& words) {
  CommandLine line(kImport);
  add_creation_options(line);
  if (!line.parse(words, 2, 2)) return 0;
  const Name name = Name::parse(line.positionals()[1]);
  const CreateOptions options = creation_options(line);
  const auto present = line.has("if-absent") ? existing_array(name) : std::nullopt;
  const ArrayInfo made = present ? *present : import_one(line, options, line.positionals()[0], name);
  if (line.json()) {
    print_json(array_json(with_creation_time(made)));
  } else if (!line.quiet()) {
    std::cout << array_line(made) << '\n';
  }
  return 0;
}

int export_command(const Words& words) {
  CommandLine line(kExport);
  line.options()("order", po::value<std::string>()->default_value("C")->value_name("C|F"),
                 "order of the elements in the file")(
      "byte-order", po::value<std::string>()->default_value("little")->value_name("little|big"),
      "byte order in the file")("npy-version",
                                po::value<std::string>()->default_value("1.0")->value_name("VERSION"),
                                "1.0, 2.0 or 3.0")("no-replace", "refuse to overwrite an existing file");
  if (!line.parse(words, 2, 2)) return 0;
  const ExportOptions options = export_options(line);
  const Name name = Name::parse(line.positionals()[0]);
  const std::string& file = line.positionals()[1];
  if (file == "-" && ::isatty(STDOUT_FILENO) == 1) {
    throw Error(Errc::usage, "standard output is a terminal, and .npy is binary",
                "send it into a pipe or a file");
  }
  const AnyArray array = with_suggestion(name, [&] { return AnyArray::attach(name, Access::read_only); });
  ProgressBar bar("export", show_progress(line), Amount::bytes);
  export_npy(array, file, options,
             [&bar](std::uint64_t done, std::uint64_t total) { bar.update(done, total); });
  bar.finish();
  if (line.json() && file != "-") {
    print_json({{"schema", "shmkit.export/1"},
                {"file", file},
                {"array", array_json(with_creation_time(array.info()))}});
  } else if (!line.quiet() && file != "-") {
    std::cout << printable(file) << ": " << array_line(array.info()) << '\n';
  }
  return 0;
}

}  // namespace shmkit::tool
