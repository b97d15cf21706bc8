#include "run_arrays.hpp"

#include <unistd.h>

#include <charconv>

#include <fmt/format.h>

#include "format/slice.hpp"
#include "report_error.hpp"

namespace shmkit::tool {
namespace {

namespace po = boost::program_options;

// What the words of NumPy's indexing select, as the library wants it.
Window window_of(const AnyArray& array, const std::string& text) {
  const View view = slice(whole(array.dtype(), array.shape(), array.bytes()), text);
  const auto itemsize = static_cast<std::int64_t>(array.dtype().itemsize());
  Window window{(view.origin - array.bytes().data()) / itemsize, view.shape, {}};
  for (const std::int64_t stride : view.strides) window.strides.push_back(stride / itemsize);
  return window;
}

int parse_axis(const std::string& text) {
  int axis = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), axis);
  if (error == std::errc() && end == text.data() + text.size()) return axis;
  throw Error(Errc::usage, fmt::format("--axis '{}' is not an axis", text),
              "0 is the first one, -1 the last");
}

void check_count(const KernelInfo& kernel, const Words& names) {
  if (names.size() == kernel.arrays) return;
  constexpr std::array kCounts{"no array", "one array", "two arrays"};
  throw Error(Errc::usage,
              fmt::format("kernel {} takes {}, not {}", kernel.name, kCounts[kernel.arrays], names.size()),
              fmt::format("for instance `shmtool {}`", kernel.example));
}

bool writes(const KernelInfo& kernel, std::size_t i, bool has_output) {
  if (kernel.kind == KernelKind::generator) return true;
  return kernel.kind == KernelKind::map && !has_output && i == kernel.target;
}

}  // namespace

void add_array_options(CommandLine& line) {
  line.options()("out,o", po::value<std::string>()->value_name("NAME"),
                 "make this array of the results; without it a map changes its array in place")(
      "replace", "let --out take over the name of another array")(
      "slice", po::value<std::string>()->value_name("INDEX"),
      "work on this part only, as in NumPy: '0, ::2, -1'")("axis", po::value<std::string>()->value_name("K"),
                                                           "reduce along this axis, the last one being -1");
}

RunArrays::RunArrays(const KernelInfo& kernel, const Words& names, const CommandLine& line,
                     RunOptions& options)
    : replace_(line.has("replace")) {
  check_count(kernel, names);
  if (line.has("out")) out_name_ = Name::parse(line.get<std::string>("out"));
  if (replace_ && !out_name_)
    throw Error(Errc::usage, "--replace needs --out", "say which name is to be taken over");
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Name name = Name::parse(names[i]);
    const Access access = writes(kernel, i, out_name_.has_value()) ? Access::read_write : Access::read_only;
    inputs_.push_back(with_suggestion(name, [&] { return AnyArray::attach(name, access); }));
  }
  if (line.has("axis")) options.axis = parse_axis(line.get<std::string>("axis"));
  if (!line.has("slice")) return;
  if (inputs_.empty())
    throw Error(Errc::usage, fmt::format("kernel {} has no array to select from", kernel.name),
                "leave --slice away");
  options.window = window_of(inputs_.front(), line.get<std::string>("slice"));
}

JobArrays RunArrays::prepare(const KernelInfo& kernel, const RunOptions& options) {
  JobArrays arrays;
  for (AnyArray& array : inputs_) arrays.in.emplace_back(array);
  if (!out_name_ && !(options.axis && kernel.kind == KernelKind::reduction)) return arrays;
  const OutputInfo output = output_of(kernel.name, arrays.in, options);
  // Results that are only shown live in an array that never gets a name.
  const Name name = out_name_ ? *out_name_ : Name::parse(fmt::format("results-of-{}", ::getpid()));
  CreateOptions creation;
  creation.replace = replace_;
  draft_ = ArrayDraft::create(name, output.dtype, output.shape, creation);
  arrays.out = *draft_;
  return arrays;
}

void RunArrays::publish() {
  if (!out_name_ || !draft_) return;
  published_ = std::move(*draft_).publish();
  draft_.reset();
}

const AnyArray* RunArrays::output() const noexcept {
  if (published_) return &*published_;
  return draft_ ? &const_cast<ArrayDraft&>(*draft_).array() : nullptr;
}

}  // namespace shmkit::tool
