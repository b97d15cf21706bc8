#include <shmkit/error.hpp>

#include <utility>

namespace shmkit {
namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "shmkit"; }

  std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::failed:
        return "failed";
      case Errc::usage:
        return "wrong usage";
      case Errc::not_found:
        return "no such name";
      case Errc::exists:
        return "name taken";
      case Errc::not_an_array:
        return "not a usable array";
      case Errc::no_space:
        return "no space";
      case Errc::chunks_failed:
        return "some chunks failed";
      case Errc::pool_lost:
        return "pool lost";
      case Errc::timed_out:
        return "timed out";
    }
    return "unknown error";
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const Category category;
  return category;
}

Error::Error(Errc errc, std::string message, std::string hint)
    : std::system_error(make_error_code(errc)), message_(std::move(message)), hint_(std::move(hint)) {}

}  // namespace shmkit
