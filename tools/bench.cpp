#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "command.hpp"

// Starts the benchmark suite, bench/suite, which is Python.
namespace shmkit::tool {
namespace {

namespace fs = std::filesystem;

// Distributions put NumPy, matplotlib and joblib beside this one; another python3 may stand first in PATH.
constexpr const char* kSystemPython = "/usr/bin/python3";

// The directory with shmkit_bench and the suite: as installed, or in a build tree.
fs::path find_suite(const fs::path& shmtool) {
  for (const char* const place : {SHMKIT_BENCH_FROM_BIN, "../bench"}) {
    const fs::path found = (shmtool.parent_path() / place).lexically_normal();
    if (fs::exists(found / "suite" / "__main__.py")) return found;
  }
  throw Error(Errc::failed, fmt::format("the benchmark suite of '{}' is missing", shmtool.string()),
              "run shmtool from where shmkit was installed or built, or install it again");
}

void put_first(const char* variable, const std::string& path) {
  const char* const before = std::getenv(variable);
  const std::string all = before == nullptr || *before == '\0' ? path : fmt::format("{}:{}", path, before);
  ::setenv(variable, all.c_str(), 1);
}

[[noreturn]] void run_python(Words words) {
  // From the first word it derives what it is, and what it starts for rivals.
  for (const char* const python : {kSystemPython, "python3"}) {
    words[0] = python;
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execvp(python, arguments.data());
  }
  throw Error(Errc::failed, fmt::format("cannot run python3: {}", std::strerror(errno)),
              "the benchmark suite needs Python 3.11 or later; for instance, apt install python3");
}

}  // namespace

int bench_command(const Words& words) {
  const fs::path shmtool = fs::read_symlink("/proc/self/exe");
  const fs::path suite = find_suite(shmtool);
  put_first("PYTHONPATH", suite.string());
  ::setenv("PYTHONDONTWRITEBYTECODE", "1", 1);  // Its directory may be one that everybody uses.
  ::setenv("PYTHONSAFEPATH", "1", 1);  // As -P does, which a Python that is too old to tell so does not know.
  Words command = {"python3", "-m", "suite", "--shmtool", shmtool.string(), "--programs", suite.string()};
  command.insert(command.end(), words.begin(), words.end());
  run_python(std::move(command));
}

}  // namespace shmkit::tool
