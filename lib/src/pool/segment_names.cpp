#include "pool/segment_names.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "os/process.hpp"

namespace shmkit::pool {
namespace {

template <class T>
bool take_number(std::string_view text, T& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

// Cuts ".NUMBER" off the end.
template <class T>
bool take_last(std::string_view& text, T& number) {
  const auto dot = text.rfind('.');
  if (dot == std::string_view::npos || !take_number(text.substr(dot + 1), number)) return false;
  text = text.substr(0, dot);
  return true;
}

}  // namespace

void check_pool_name(const std::string& name) {
  const bool printable = std::ranges::all_of(name, [](unsigned char c) { return c >= ' ' && c != 0x7F; });
  if (!name.empty() && name.size() <= kMaxPoolName && printable && name.find('/') == std::string::npos)
    return;
  throw Error(Errc::usage, fmt::format("'{}' cannot be the name of a pool", name),
              fmt::format("1 to {} characters, no slash, no control character", kMaxPoolName));
}

std::string pool_path(const std::string& name) {
  return fmt::format("/dev/shm/{}{}.{}", kPoolPrefix, os::user_id(), name);
}

std::string job_path(const std::string& name, std::uint32_t client, std::uint64_t serial) {
  return fmt::format("/dev/shm/{}{}.{}.{}.{}", kJobPrefix, os::user_id(), name, client, serial);
}

std::optional<SegmentName> parse_segment_name(std::string_view leaf) {
  SegmentName found;
  found.job = leaf.starts_with(kJobPrefix);
  if (!found.job && !leaf.starts_with(kPoolPrefix)) return std::nullopt;
  leaf.remove_prefix(found.job ? kJobPrefix.size() : kPoolPrefix.size());
  const auto dot = leaf.find('.');
  if (dot == std::string_view::npos || !take_number(leaf.substr(0, dot), found.user)) return std::nullopt;
  leaf.remove_prefix(dot + 1);
  if (found.job && (!take_last(leaf, found.serial) || !take_last(leaf, found.client))) return std::nullopt;
  if (leaf.empty()) return std::nullopt;
  found.pool = leaf;
  return found;
}

}  // namespace shmkit::pool
