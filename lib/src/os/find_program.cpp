#include "os/find_program.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>

namespace shmkit::os {
namespace {

// As in the shell: what is no regular file, or not executable, is passed over, but remembered.
int why_not(const std::string& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) return errno == EACCES ? EACCES : ENOENT;
  if (!S_ISREG(st.st_mode)) return EACCES;
  return ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : EACCES;
}

std::string_view search_path() {
  const char* const path = std::getenv("PATH");
  return path == nullptr ? "/bin:/usr/bin" : path;  // As execvp(3).
}

}  // namespace

Program find_program(const std::string& word) {
  if (word.find('/') != std::string::npos) return {word, why_not(word)};
  Program best{word, ENOENT};
  if (word.empty()) return best;
  for (std::string_view rest = search_path();;) {
    const std::size_t colon = rest.find(':');
    const std::string_view folder = rest.substr(0, colon);
    std::string path = (folder.empty() ? "." : std::string(folder)) + "/" + word;
    const int error = why_not(path);
    if (error == 0) return {std::move(path), 0};
    if (error == EACCES) best.error = EACCES;
    if (colon == std::string_view::npos) return best;
    rest.remove_prefix(colon + 1);
  }
}

}  // namespace shmkit::os
