#include "creation.hpp"

#include <charconv>
#include <limits>
#include <optional>

#include <fmt/format.h>

namespace shmkit::tool {
namespace {

namespace po = boost::program_options;

std::uint32_t parse_mode(const std::string& text) {
  std::uint32_t mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (!text.empty() && error == std::errc() && end == text.data() + text.size() && mode <= 0777) return mode;
  throw Error(Errc::usage, fmt::format("--mode '{}' is not a permission mode", text),
              "octal, for instance 0640");
}

int parse_owner(const CommandLine& line) {
  if (!line.has("owner")) return 0;
  return static_cast<int>(
      parse_count("owner", line.get<std::string>("owner"), 1, std::numeric_limits<std::int32_t>::max()));
}

ArrayInfo accept(const ArrayInfo& found, const DType& dtype, const Shape& shape) {
  if (found.dtype == dtype && found.shape == shape) return found;
  throw Error(Errc::exists,
              fmt::format("'{}' exists, as {} {} and not {} {}", found.name.text(), found.dtype.name(),
                          found.shape.text(), dtype.name(), shape.text()),
              "delete it first, or use --replace");
}

}  // namespace

std::optional<ArrayInfo> existing_array(const Name& name) {
  try {
    return info(name);
  } catch (const Error& e) {
    if (e.errc() == Errc::not_found) return std::nullopt;
    throw;
  }
}

void add_creation_options(CommandLine& line) {
  line.options()("mode,m", po::value<std::string>()->default_value("0600")->value_name("OCTAL"),
                 "permissions, exactly")("owner", po::value<std::string>()->value_name("PID"),
                                         "the array may be taken back by gc when this process is dead")(
      "replace", "take the name over from an existing array")("if-absent",
                                                              "do nothing if it is there already");
}

CreateOptions creation_options(const CommandLine& line) {
  if (line.has("replace") && line.has("if-absent")) {
    throw Error(Errc::usage, "--replace and --if-absent contradict each other", "choose one");
  }
  return {parse_mode(line.get<std::string>("mode")), line.has("replace"), parse_owner(line)};
}

ArrayInfo create_unless_present(const CommandLine& line, const Name& name, const DType& dtype,
                                const Shape& shape, const std::function<ArrayInfo()>& create) {
  if (!line.has("if-absent")) return create();
  if (const auto found = existing_array(name)) return accept(*found, dtype, shape);
  try {
    return create();
  } catch (const Error& e) {
    if (e.errc() != Errc::exists) throw;
    return accept(info(name), dtype, shape);  // Somebody was faster.
  }
}

}  // namespace shmkit::tool
