#include "npy/literal.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "npy/refuse.hpp"

namespace shmkit::npy {
namespace {

constexpr std::string_view kSpace = " \t\r\n\f";
constexpr std::size_t kMaxExtents = 1024;  // Far beyond any rank: a bound on memory, not a rule.

bool printable(char c) { return c >= ' ' && c <= '~'; }

class Parser {
 public:
  Parser(std::string_view text, bool python2, std::string_view file)
      : rest_(text), python2_(python2), file_(file) {}

  Fields parse() {
    expect('{');
    while (!accept('}')) {
      item();
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (!rest_.empty()) malformed("there is something after the dictionary");
    return complete();
  }

 private:
  void item() {
    const std::string_view key = string();
    expect(':');
    if (key == "descr") {
      once(descr_, key) = descr();
    } else if (key == "fortran_order") {
      once(fortran_order_, key) = boolean();
    } else if (key == "shape") {
      once(shape_, key) = tuple();
    } else {
      malformed("unknown key '" + std::string(key) + "'");
    }
  }

  template <class T>
  std::optional<T>& once(std::optional<T>& slot, std::string_view key) const {
    if (slot) malformed("the key '" + std::string(key) + "' is there twice");
    return slot;
  }

  Fields complete() const {
    if (!descr_) malformed("the key 'descr' is missing");
    if (!fortran_order_) malformed("the key 'fortran_order' is missing");
    if (!shape_) malformed("the key 'shape' is missing");
    return {*descr_, *fortran_order_, *shape_};
  }

  std::string descr() {
    switch (peek()) {
      case '[':
        refuse(file_, "it has a structured dtype, which shared arrays do not have",
               "save one field, or a view of it as plain bytes: np.save(file, a['field']), "
               "np.save(file, a.view('V%d' % a.itemsize))");
      case '(':
        refuse(file_, "it has a sub-array dtype, which shared arrays do not have",
               "save it as an array of the base dtype with more axes");
      default:
        return std::string(string());
    }
  }

  bool boolean() {
    skip_space();
    if (accept_word("True")) return true;
    if (accept_word("False")) return false;
    malformed("'fortran_order' is neither True nor False");
  }

  std::vector<std::uint64_t> tuple() {
    std::vector<std::uint64_t> extents;
    expect('(');
    if (accept(')')) return extents;
    bool comma = false;
    do {
      extents.push_back(extent());
      if (extents.size() > kMaxExtents) malformed("'shape' has too many extents");
      comma = accept(',');
    } while (comma && peek() != ')');
    expect(')');
    // (3) is a number in Python; only (3,) is a tuple.
    if (extents.size() == 1 && !comma) malformed("'shape' is not a tuple");
    return extents;
  }

  std::uint64_t extent() {
    if (peek() == '-') refuse(file_, "its shape has a negative extent");
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error == std::errc::result_out_of_range)
      refuse(file_, "its shape has an extent that no array can have");
    if (error != std::errc()) malformed("'shape' holds something other than integers");
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    if (python2_) accept_word("L");
    return value;
  }

  std::string_view string() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') malformed("a string is missing");
    const std::size_t end = rest_.find(quote, 1);
    if (end == std::string_view::npos) malformed("a string does not end");
    const std::string_view text = rest_.substr(1, end - 1);
    if (!std::ranges::all_of(text, printable) || text.find('\\') != std::string_view::npos) {
      malformed("a string holds unusual characters");
    }
    rest_.remove_prefix(end + 1);
    return text;
  }

  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kSpace), rest_.size())); }

  char peek() {
    skip_space();
    return rest_.empty() ? '\0' : rest_.front();
  }

  bool accept_word(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool accept(char c) {
    if (rest_.empty() || peek() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!accept(c)) malformed(std::string("a '") + c + "' is missing");
  }

  [[noreturn]] void malformed(const std::string& reason) const {
    refuse(file_, fmt::format("its header is malformed: {}", reason));
  }

  std::string_view rest_;
  bool python2_;
  std::string_view file_;
  std::optional<std::string> descr_;
  std::optional<bool> fortran_order_;
  std::optional<std::vector<std::uint64_t>> shape_;
};

}  // namespace

Fields parse_fields(std::string_view text, bool python2, std::string_view file) {
  return Parser(text, python2, file).parse();
}

}  // namespace shmkit::npy
