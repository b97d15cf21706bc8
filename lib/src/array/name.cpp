#include <shmkit/name.hpp>

#include <filesystem>

#include <fmt/format.h>

#include <shmkit/error.hpp>

namespace shmkit {
namespace {

constexpr std::string_view kShm = "shm://";
constexpr std::string_view kFile = "file://";
constexpr std::size_t kMaxLeaf = 255;

[[noreturn]] void refuse(std::string_view text, std::string_view reason, std::string hint = {}) {
  throw Error(Errc::usage, fmt::format("'{}' is not a name: {}", text, reason), std::move(hint));
}

void check_shared(std::string_view text, std::string_view leaf) {
  if (leaf.empty())
    refuse(text, "it is empty", "a name looks like frames, shm://frames or file://data/frames");
  if (leaf.find('/') != std::string_view::npos) {
    refuse(text, "shared memory has no directories", "use another separator, or a file: file://PATH");
  }
  if (leaf == "." || leaf == "..") refuse(text, "it is a directory");
  if (leaf.size() > kMaxLeaf) refuse(text, fmt::format("it is longer than {} bytes", kMaxLeaf));
}

}  // namespace

Name Name::parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) refuse(text, "it contains a zero byte");
  Name name;
  if (text.starts_with(kFile)) {
    const auto path = text.substr(kFile.size());
    if (path.empty() || path.ends_with('/'))
      refuse(text, "it names no file", "file://PATH, for instance file://data/frames");
    name.shared_memory_ = false;
    name.path_ = std::filesystem::absolute(path).string();
    name.text_ = text;
    return name;
  }
  std::string_view leaf = text.starts_with(kShm) ? text.substr(kShm.size()) : text;
  if (leaf.find("://") != std::string_view::npos)
    refuse(text, "unknown scheme", "the schemes are shm:// and file://");
  leaf.remove_prefix(std::min(leaf.find_first_not_of('/'), leaf.size()));
  check_shared(text, leaf);
  name.path_ = fmt::format("/dev/shm/{}", leaf);
  name.text_ = leaf;
  return name;
}

std::string Name::url() const { return shared_memory_ ? std::string(kShm) + text_ : text_; }

}  // namespace shmkit
