#include "npy/input.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "npy/refuse.hpp"
#include "os/file.hpp"
#include "os/transfer.hpp"

namespace shmkit::npy {
namespace {

// How much is moved between two reports.
constexpr std::uint64_t kSlice = 16U << 20U;

os::Fd open_input(const std::string& file, Meter& meter) {
  if (file == "-") return os::standard_input();
  for (;;) {
    if (os::Fd fd = os::open_source(file, file)) return fd;
    meter.report();
  }
}

}  // namespace

Input::Input(const std::string& file, Meter& meter)
    : name_(file == "-" ? "standard input" : file),
      meter_(meter),
      fd_(open_input(file, meter)),
      regular_(os::status(fd_, name_).regular) {}

Header Input::read_header() {
  std::vector<std::byte> bytes(kPreludeSize);
  bytes.resize(read_up_to(bytes));
  const std::size_t have = bytes.size();
  bytes.resize(data_offset(bytes, name_));
  bytes.resize(have + read_up_to(std::span(bytes).subspan(have)));
  Header header = parse_header(bytes, name_);
  data_bytes_ = header.nbytes();
  data_begin_ = os::position(fd_).value_or(0);
  if (regular_) require_data();
  meter_.start(data_bytes_);
  return header;
}

void Input::require_data() const {
  const std::uint64_t size = os::status(fd_, name_).size;
  const std::uint64_t present = size - std::min(size, data_begin_);
  if (present < data_bytes_) truncated(present);
}

void Input::truncated(std::uint64_t present) const {
  refuse(name_, fmt::format("it is truncated: {} bytes of data of {}", present, data_bytes_));
}

std::size_t Input::read_up_to(std::span<std::byte> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const auto got = os::read_some(fd_, out.subspan(done), name_);
    if (!got) {
      meter_.report();
    } else if (*got == 0) {
      break;
    } else {
      done += *got;
    }
  }
  return done;
}

void Input::read(std::span<std::byte> out) {
  const std::size_t got = read_up_to(out);
  data_read_ += got;
  if (got < out.size()) truncated(data_read_);
  meter_.add(got);
}

void Input::read_at(std::span<std::byte> out, std::uint64_t offset) {
  const std::size_t got = os::read_at(fd_, out, data_begin_ + offset, name_);
  if (got < out.size()) truncated(offset + got);
  meter_.add(got);
}

void Input::move_to(const os::Fd& to, std::string_view to_name) {
  os::Mover mover(fd_, name_, to, to_name);
  for (std::uint64_t done = 0; done < data_bytes_;) {
    const auto moved = mover.move_some(done, static_cast<std::size_t>(std::min(kSlice, data_bytes_ - done)));
    if (!moved) {
      meter_.report();
    } else if (*moved == 0) {
      truncated(done);
    } else {
      done += *moved;
      meter_.add(*moved);
    }
  }
}

}  // namespace shmkit::npy
