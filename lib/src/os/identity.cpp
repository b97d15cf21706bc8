#include "os/identity.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace shmkit::os {
namespace {

std::string first_line(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

// The words of the line that starts with `label`.
std::vector<std::string> words_after(const std::string& path, std::string_view label) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(label)) continue;
    std::istringstream rest(line.substr(label.size()));
    std::vector<std::string> words;
    for (std::string word; rest >> word;) words.push_back(word);
    return words;
  }
  return {};
}

template <class T>
std::optional<T> number(std::string_view text, int base = 10) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  const bool whole = !text.empty() && error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

std::optional<std::array<std::byte, 16>> boot_id() {
  std::string text = first_line("/proc/sys/kernel/random/boot_id");
  std::erase(text, '-');
  std::array<std::byte, 16> id{};
  if (text.size() != 2 * id.size()) return std::nullopt;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const auto byte = number<std::uint8_t>(std::string_view(text).substr(2 * i, 2), 16);
    if (!byte) return std::nullopt;
    id[i] = std::byte{*byte};
  }
  return id;
}

// The numbers in /proc are those of our namespace: a process has one number in it for each namespace from the
// one that /proc shows down to its own.
bool proc_is_ours() { return words_after("/proc/self/status", "NSpid:").size() == 1; }

// Start times are shown shifted by the time namespace of the reader. Kernels before 5.6 have no such thing.
bool clocks_are_shifted() {
  const auto words = words_after("/proc/self/timens_offsets", "boottime");
  return !words.empty() && (words != std::vector<std::string>{"0", "0"});
}

// The parts that all processes which may call themselves ours have in common.
std::optional<ProcessIdentity> here() {
  struct stat st {};
  const auto boot = boot_id();
  if (!boot || ::stat("/proc/self/ns/pid", &st) != 0) return std::nullopt;
  ProcessIdentity identity;
  identity.pid_namespace = static_cast<std::uint32_t>(st.st_ino);
  identity.boot_id = *boot;
  return identity;
}

std::optional<ProcessStat> stat_of(int pid) {
  if (!proc_is_ours() || clocks_are_shifted()) return std::nullopt;
  std::ifstream in(fmt::format("/proc/{}/stat", pid));
  std::ostringstream text;  // Not the first line: the program's name may have several.
  text << in.rdbuf();
  return parse_stat(text.str());
}

// Needs no /proc, which may hide the processes of others.
bool number_is_taken(int pid) { return ::kill(pid, 0) == 0 || errno != ESRCH; }

Life judge(const ProcessIdentity& process) {
  const auto ours = here();
  if (!ours || process.pid <= 0 || process.pid_namespace != ours->pid_namespace) return Life::unknown;
  if (process.boot_id != ours->boot_id) return Life::dead;
  const auto now = stat_of(process.pid);
  if (!now) return number_is_taken(process.pid) ? Life::unknown : Life::dead;
  return now->ended || now->start_time != process.start_time ? Life::dead : Life::alive;
}

}  // namespace

std::optional<ProcessStat> parse_stat(std::string_view line) {
  constexpr std::size_t kState = 3;  // The fields' numbers in proc_pid_stat(5).
  constexpr std::size_t kThreads = 20;
  constexpr std::size_t kStartTime = 22;
  const auto name_end = line.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  std::istringstream rest{std::string(line.substr(name_end + 1))};
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(field);
  if (fields.size() <= kStartTime - kState) return std::nullopt;
  const std::string& state = fields[0];
  const auto threads = number<std::int64_t>(fields[kThreads - kState]);
  const auto start_time = number<std::uint64_t>(fields[kStartTime - kState]);
  if (!threads || !start_time) return std::nullopt;
  return ProcessStat{(state == "Z" || state == "X") && *threads <= 1, *start_time};
}

std::optional<ProcessIdentity> identity_of(int pid) noexcept try {
  auto identity = here();
  const auto stat = pid > 0 ? stat_of(pid) : std::nullopt;
  if (!identity || !stat || stat->ended) return std::nullopt;
  identity->pid = pid;
  identity->start_time = stat->start_time;
  return identity;
} catch (const std::exception&) {  // Memory is exhausted.
  return std::nullopt;
}

}  // namespace shmkit::os

namespace shmkit {

Life life_of(const ProcessIdentity& process) noexcept try {
  return os::judge(process);
} catch (const std::exception&) {  // Memory is exhausted.
  return Life::unknown;
}

}  // namespace shmkit
