#pragma once

#include <string>

namespace shmkit::os {

struct Program {
  std::string path;
  int error = 0;  ///< 0; or why there is none: ENOENT, EACCES (there is a file, but it cannot be executed).
};

/// The file that a shell would run for this word: itself if it has a slash, else the first of PATH.
Program find_program(const std::string& word);

}  // namespace shmkit::os
