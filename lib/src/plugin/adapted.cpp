#include "plugin/adapted.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include <fmt/format.h>

namespace shmkit::plugin {
namespace {

constexpr std::size_t kMostPartial = std::size_t{1} << 20U;
constexpr std::uint32_t kMostResults = 65'536;

[[noreturn]] void refuse(const Origin& origin, std::string_view name, std::string_view what) {
  throw Error(Errc::not_an_array, fmt::format("plug-in '{}': kernel {} {}", origin.path, name, what),
              "its declaration must follow shmkit/kernel.h");
}

std::string_view text_of(const char* text) noexcept { return text == nullptr ? "" : text; }

KernelKind kind_of(const shmkit_kernel& declared) noexcept {
  switch (declared.kind) {
    case SHMKIT_MAP:
      return KernelKind::map;
    case SHMKIT_GENERATOR:
      return KernelKind::generator;
    case SHMKIT_COMPUTE:
      return KernelKind::compute;
    default:
      return KernelKind::reduction;
  }
}

void check(const shmkit_kernel& declared, const Origin& origin) {
  const std::string_view name = text_of(declared.name);
  if (name.empty()) refuse(origin, "without a name", "cannot be called");
  if (declared.kind > SHMKIT_COMPUTE) refuse(origin, name, "is of no kind that there is");
  if (declared.run == nullptr) refuse(origin, name, "has no run function");
  if (declared.arrays > 2) refuse(origin, name, "takes more than two arrays");
  if (declared.partial_size > kMostPartial || declared.results > kMostResults)
    refuse(origin, name, "has too large a result");
  if (declared.partial_size != 0 && declared.finish == nullptr)
    refuse(origin, name, "has a partial_size but no finish function");
  const bool answers = declared.kind == SHMKIT_REDUCTION || declared.kind == SHMKIT_COMPUTE;
  if (declared.combine > SHMKIT_MAX) refuse(origin, name, "combines in no way that there is");
  if (answers && declared.combine == SHMKIT_MERGE && declared.merge == nullptr)
    refuse(origin, name, "has neither a way to combine results nor a merge function");
  if (declared.combine != SHMKIT_MERGE && declared.partial_size != 0)
    refuse(origin, name, "has partial results of its own: it needs a merge function");
  if ((declared.kind == SHMKIT_COMPUTE) != (declared.items != nullptr))
    refuse(origin, name, "must have an items function exactly if it is a computation");
}

Kind computable(const Origin& origin, std::string_view name, const std::string& dtype) {
  try {
    const DType parsed = DType::parse(dtype);
    if (parsed.computable()) return parsed.kind();
  } catch (const Error&) {
    // Said below.
  }
  refuse(origin, name, fmt::format("names a dtype '{}' that there is not", dtype));
}

}  // namespace

Adapted::Adapted(const shmkit_kernel& declared, const Origin& origin) : declared_(declared), origin_(origin) {
  check(declared, origin);
  std::istringstream dtypes{std::string(text_of(declared.dtypes))};
  for (std::string dtype; dtypes >> dtype;) dtypes_.push_back(computable(origin, declared.name, dtype));
  const bool computes = declared.kind == SHMKIT_COMPUTE;
  if (declared.result != nullptr) result_ = computable(origin, declared.name, declared.result);
  if (computes && !result_) result_ = Kind::float64;
  const auto keep_text = [this](std::string text) -> std::string_view {
    return texts_.emplace_back(std::move(text));
  };
  for (std::uint32_t i = 0; i < declared.argument_count; ++i) {
    const shmkit_argument& argument = declared.arguments[i];
    if (text_of(argument.name).empty()) refuse(origin, declared.name, "has an argument without a name");
    arguments_.push_back({text_of(argument.name), text_of(argument.summary), text_of(argument.fallback)});
  }
  const bool answers = declared.kind == SHMKIT_REDUCTION || computes;
  const auto file = std::filesystem::path(origin.path).filename().string();
  KernelInfo& info = row_.info;
  info.name = declared.name;
  info.summary = declared.summary != nullptr ? text_of(declared.summary)
                                             : keep_text(fmt::format("A kernel of {}.", file));
  info.arguments = arguments_;
  info.kind = kind_of(declared);
  info.arrays = computes ? 0 : std::max<std::uint32_t>(declared.arrays, 1);
  info.repeatable = info.kind != KernelKind::map;
  info.dtypes = dtypes_.empty() ? "all numeric" : text_of(declared.dtypes);
  info.result = info.kind == KernelKind::generator ? "none"
                : result_                          ? text_of(declared.result)
                                                   : "dtype of the array";
  if (info.result.empty()) info.result = "float64";
  info.example = keep_text(
      fmt::format("run {}{} --plugin {}", declared.name, std::array{"", " x", " x y"}[info.arrays], file));
  row_.accepts = [](const std::array<Kind, 2>& kinds) {
    return DType(kinds[0]).computable() && DType(kinds[1]).computable();
  };
  row_.prepare = prepare;
  row_.run = run;
  row_.context = this;
  const bool one_number = answers && results() == 1;
  if (info.kind == KernelKind::map || one_number) row_.result_kind = plugin::result_kind;
  if (answers) row_.partial_bytes = plugin::partial_bytes;
  if (answers) row_.combine = combine;
  if (computes) row_.items = items;
  row_.grain = declared.grain != 0 ? declared.grain : computes ? 1 : row_.grain;
}

bool Adapted::takes(Kind kind) const noexcept {
  return dtypes_.empty() || std::ranges::find(dtypes_, kind) != dtypes_.end();
}

const Arguments& Adapted::keep(const Arguments& arguments) const {
  const std::scoped_lock lock(mutex_);
  return *kept_.insert(arguments).first;
}

kernel::Params prepare(const Arguments& arguments, const kernel::Operands& operands) {
  const auto& adapted = *static_cast<const Adapted*>(operands.context);
  for (std::uint32_t i = 0; i < adapted.row().info.arrays; ++i) {
    if (adapted.takes(operands.kinds[i])) continue;
    throw Error(
        Errc::not_an_array,
        fmt::format("kernel {} cannot work on {}", adapted.row().info.name, DType(operands.kinds[i]).name()),
        fmt::format("it takes: {}", adapted.row().info.dtypes));
  }
  kernel::Params params;
  params.set(Call{&adapted, &adapted.keep(arguments)});
  return params;
}

Kind result_kind(const std::array<Kind, 2>& kinds, const kernel::Params& params) {
  return params.get<Call>().kernel->result_kind(kinds);
}

std::size_t partial_bytes(const std::array<Kind, 2>& kinds, const kernel::Params& params) {
  return params.get<Call>().kernel->partial_bytes(kinds);
}

}  // namespace shmkit::plugin
