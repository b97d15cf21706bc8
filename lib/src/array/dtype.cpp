#include <shmkit/dtype.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include <shmkit/error.hpp>

namespace shmkit {
namespace {

struct Row {
  Kind kind;
  std::string_view name;
  char letter;  // Of the typestr.
};

// In the order of Kind.
constexpr std::array kRows = {Row{Kind::boolean, "bool", 'b'},
                              Row{Kind::int8, "int8", 'i'},
                              Row{Kind::uint8, "uint8", 'u'},
                              Row{Kind::int16, "int16", 'i'},
                              Row{Kind::uint16, "uint16", 'u'},
                              Row{Kind::int32, "int32", 'i'},
                              Row{Kind::uint32, "uint32", 'u'},
                              Row{Kind::int64, "int64", 'i'},
                              Row{Kind::uint64, "uint64", 'u'},
                              Row{Kind::float16, "float16", 'f'},
                              Row{Kind::float32, "float32", 'f'},
                              Row{Kind::float64, "float64", 'f'},
                              Row{Kind::longdouble, "longdouble", 'f'},
                              Row{Kind::complex64, "complex64", 'c'},
                              Row{Kind::complex128, "complex128", 'c'},
                              Row{Kind::clongdouble, "clongdouble", 'c'},
                              Row{Kind::bytes, "S", 'S'},
                              Row{Kind::unicode, "U", 'U'},
                              Row{Kind::raw, "V", 'V'},
                              Row{Kind::datetime64, "datetime64", 'M'},
                              Row{Kind::timedelta64, "timedelta64", 'm'}};

constexpr std::array<std::string_view, 14> kUnits = {"generic", "Y",  "M",  "W",  "D",  "h",  "m",
                                                     "s",       "ms", "us", "ns", "ps", "fs", "as"};

// Other names that NumPy and Python users type.
constexpr std::array<std::pair<std::string_view, Kind>, 14> kAliases = {{{"?", Kind::boolean},
                                                                         {"bool_", Kind::boolean},
                                                                         {"bool8", Kind::boolean},
                                                                         {"int", Kind::int64},
                                                                         {"float", Kind::float64},
                                                                         {"complex", Kind::complex128},
                                                                         {"half", Kind::float16},
                                                                         {"single", Kind::float32},
                                                                         {"double", Kind::float64},
                                                                         {"g", Kind::longdouble},
                                                                         {"float128", Kind::longdouble},
                                                                         {"complex256", Kind::clongdouble},
                                                                         {"byte", Kind::int8},
                                                                         {"ubyte", Kind::uint8}}};

const Row& row_of(Kind kind) { return kRows[static_cast<std::size_t>(kind)]; }
bool is_time(Kind kind) { return kind == Kind::datetime64 || kind == Kind::timedelta64; }
bool is_flexible(Kind kind) { return kind == Kind::bytes || kind == Kind::unicode || kind == Kind::raw; }

std::string unit_text(const DType& dtype) {
  if (dtype.unit() == TimeUnit::generic) return {};
  const auto unit = kUnits[static_cast<std::size_t>(dtype.unit())];
  return dtype.multiple() == 1 ? fmt::format("[{}]", unit) : fmt::format("[{}{}]", dtype.multiple(), unit);
}

[[noreturn]] void refuse(std::string_view text, std::string_view why, std::string hint) {
  throw Error(Errc::usage, fmt::format("'{}' is not a usable dtype: {}", text, why), std::move(hint));
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "[ns]", "[25s]" or nothing.
DType parse_time(Kind kind, std::string_view suffix, std::string_view text) {
  if (suffix.empty()) return kind;
  if (suffix.size() < 3 || suffix.front() != '[' || suffix.back() != ']')
    refuse(text, "its unit is malformed", "for instance datetime64[ns]");
  suffix = suffix.substr(1, suffix.size() - 2);
  const std::size_t digits = std::min(suffix.find_first_not_of("0123456789"), suffix.size());
  const auto multiple =
      digits == 0 ? std::optional<std::uint32_t>(1) : parse_number(suffix.substr(0, digits));
  const auto unit = std::ranges::find(kUnits, suffix.substr(digits));
  const bool known = unit != kUnits.begin() && unit != kUnits.end();  // "generic" is said by saying nothing.
  if (!multiple || *multiple == 0 || *multiple > std::numeric_limits<std::int32_t>::max() || !known) {
    refuse(text, "its unit is unknown", "the units are Y M W D h m s ms us ns ps fs as");
  }
  return DType::time(kind, static_cast<TimeUnit>(unit - kUnits.begin()), *multiple);
}

// "f8", "S5", "M8[ns]": a letter, then bytes (characters for U).
std::optional<DType> parse_typestr(std::string_view code, std::string_view text) {
  const char letter = code.front();
  const auto bracket = std::min(code.find('['), code.size());
  const auto size = parse_number(code.substr(1, bracket - 1));
  if (!size) return std::nullopt;
  for (const Row& row : kRows) {
    if (row.letter != letter) continue;
    if (is_flexible(row.kind)) {
      const std::uint64_t bytes = std::uint64_t{*size} * (row.kind == Kind::unicode ? 4 : 1);
      if (bracket != code.size() || bytes > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
      return DType::flexible(row.kind, static_cast<std::uint32_t>(bytes));
    }
    if (natural_itemsize(row.kind) != *size) continue;
    if (is_time(row.kind)) return parse_time(row.kind, code.substr(bracket), text);
    return bracket == code.size() ? std::optional<DType>(row.kind) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<DType> parse_name(std::string_view name, std::string_view text) {
  for (const Row& row : kRows) {
    if (is_time(row.kind) && name.starts_with(row.name))
      return parse_time(row.kind, name.substr(row.name.size()), text);
    if (!is_flexible(row.kind) && name == row.name) return row.kind;
  }
  for (const auto& [alias, kind] : kAliases) {
    if (name == alias) return kind;
  }
  return std::nullopt;
}

void refuse_object(std::string_view code, std::string_view text) {
  if (code == "O" || code == "object" || code == "O8") {
    refuse(text, "objects are pointers into one process, meaningless in another",
           "use a fixed-size dtype such as float64, int64 or U20");
  }
}

}  // namespace

DType DType::flexible(Kind kind, std::uint32_t itemsize) {
  if (itemsize == 0)
    throw Error(Errc::usage, "an element of 0 bytes is not possible", "for instance S5, U3 or V12");
  if (kind == Kind::unicode && itemsize % 4 != 0)
    throw Error(Errc::usage, "a U element has 4 bytes per character");
  return {kind, itemsize, TimeUnit::generic, 1};
}

DType DType::time(Kind kind, TimeUnit unit, std::uint32_t multiple) { return {kind, 8, unit, multiple}; }

DType DType::parse(std::string_view text) {
  std::string_view code = text;
  if (code.starts_with('>')) refuse(text, "arrays are in native byte order", "use '<' or no prefix");
  if (!code.empty() && std::string_view("<=|").find(code.front()) != std::string_view::npos)
    code.remove_prefix(1);
  refuse_object(code, text);
  if (auto dtype = parse_name(code, text)) return *dtype;
  if (!code.empty()) {
    if (auto dtype = parse_typestr(code, text)) return *dtype;
  }
  refuse(text, "unknown",
         "for instance bool, int8..int64, uint8..uint64, float16..float64, complex64, complex128, S5, U3, "
         "datetime64[ns]");
}

std::string DType::name() const {
  const std::string_view base = row_of(kind_).name;
  if (is_flexible(kind_))
    return fmt::format("{}{}", base, kind_ == Kind::unicode ? itemsize_ / 4 : itemsize_);
  return fmt::format("{}{}", base, unit_text(*this));
}

std::string DType::typestr() const {
  const Row& row = row_of(kind_);
  const bool orderless = itemsize_ == 1 || kind_ == Kind::bytes || kind_ == Kind::raw;
  return fmt::format("{}{}{}{}", orderless ? '|' : '<', row.letter,
                     kind_ == Kind::unicode ? itemsize_ / 4 : itemsize_, unit_text(*this));
}

}  // namespace shmkit
