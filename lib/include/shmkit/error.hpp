#pragma once

#include <string>
#include <system_error>
#include <type_traits>

namespace shmkit {

/// Why an operation failed. The values are also the exit codes of shmtool.
enum class Errc {
  failed = 1,         ///< A system call failed, permission was denied, or the like.
  usage = 2,          ///< The caller asked for something that makes no sense.
  not_found = 3,      ///< There is no such name.
  exists = 4,         ///< The name is taken.
  not_an_array = 5,   ///< Not an array, damaged, of another version, or of a dtype that cannot be used here.
  no_space = 6,       ///< The file system, the memory limit or the file size limit is too small.
  chunks_failed = 7,  ///< Some chunks failed for good.
  pool_lost = 8,      ///< The workers died and could not be replaced.
  timed_out = 124,    ///< A time-out expired.
};

const std::error_category& error_category() noexcept;

inline std::error_code make_error_code(Errc errc) noexcept {
  return {static_cast<int>(errc), error_category()};
}

/// The one exception of this library: something asked for could not be done.
///
/// what() is a whole sentence that says what failed, on which name and why.
/// hint() says the next step, and is empty where there is no good advice.
/// Outcomes that are part of normal life (a queue is empty) are return values, never this.
class Error : public std::system_error {
 public:
  Error(Errc errc, std::string message, std::string hint = {});

  Errc errc() const noexcept { return static_cast<Errc>(code().value()); }
  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& hint() const noexcept { return hint_; }

 private:
  std::string message_;
  std::string hint_;
};

}  // namespace shmkit

template <>
struct std::is_error_code_enum<shmkit::Errc> : std::true_type {};
