#include "map/ending_text.hpp"

#include <system_error>

#include <fmt/format.h>

#include "os/process.hpp"
#include "pool/crew.hpp"

namespace shmkit::map {

std::string ending_text(const Result& result, double timeout) {
  switch (result.outcome) {
    case Outcome::timed_out:
      return fmt::format("took longer than {:g} s", timeout);
    case Outcome::not_started:
      return fmt::format("cannot be started: {}", std::generic_category().message(result.value));
    default:
      return os::ExitStatus{result.outcome == Outcome::killed, result.value}.text();
  }
}

std::string ending_text(queue::Cause cause) { return fmt::format("its worker ended: {}", pool::text(cause)); }

}  // namespace shmkit::map
