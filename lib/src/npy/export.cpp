#include <algorithm>
#include <bit>
#include <filesystem>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <shmkit/npy.hpp>

#include "npy/byteswap.hpp"
#include "npy/descr.hpp"
#include "npy/header.hpp"
#include "npy/order.hpp"
#include "npy/output.hpp"
#include "os/mapping.hpp"
#include "os/space.hpp"
#include "os/transfer.hpp"
#include "os/unnamed_file.hpp"

namespace shmkit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBufferSize = 1U << 20U;

// What the file is to contain.
struct Content {
  const AnyArray& array;
  std::vector<std::byte> header;
  bool transposed;
  std::size_t swap_unit;  // 1: as it is.

  std::uint64_t file_bytes() const { return header.size() + array.bytes().size(); }
};

Content content_of(const AnyArray& array, const ExportOptions& options) {
  const bool swapped = options.big_endian != (std::endian::native == std::endian::big);
  const bool transposed = options.fortran_order && !npy::orders_agree(array.shape());
  return {array,
          npy::format_header({npy::format_descr(array.dtype(), options.big_endian), transposed, array.shape(),
                              options.major_version}),
          transposed, swapped ? npy::swap_unit(array.dtype()) : 1};
}

void write_transposed(npy::Output& output, const Content& content) {
  const std::size_t itemsize = content.array.dtype().itemsize();
  const npy::BoxPlan plan = npy::plan_transposition(content.array.shape(), itemsize, output.seekable());
  std::vector<std::byte> buffer(plan.buffer_bytes());
  plan.for_each([&](const npy::Box& box) {
    const auto part = std::span(buffer).first(box.size() * itemsize);
    npy::strided_copy(part.data(), content.array.bytes().data() + plan.array_offset(box),
                      plan.array_to_box(box), itemsize);
    npy::swap_bytes(part, content.swap_unit);
    plan.for_each_piece(box, [&](std::uint64_t file_byte, std::size_t box_byte, std::size_t bytes) {
      const auto piece = part.subspan(box_byte, bytes);
      output.seekable() ? output.write_at(piece, file_byte) : output.write(piece);
    });
  });
}

void write_in_order(npy::Output& output, const Content& content) {
  std::vector<std::byte> buffer;
  for (auto rest = content.array.bytes(); !rest.empty();) {
    const auto slice = rest.first(std::min(kBufferSize, rest.size()));
    rest = rest.subspan(slice.size());
    os::prefault(slice.data(), slice.size(), false);
    if (content.swap_unit == 1) {
      output.write(slice);
    } else {
      buffer.assign(slice.begin(), slice.end());
      npy::swap_bytes(buffer, content.swap_unit);
      output.write(buffer);
    }
  }
}

void write(npy::Output& output, const Content& content) {
  output.write_header(content.header);
  content.transposed ? write_transposed(output, content) : write_in_order(output, content);
}

os::Fd open_sink(const std::string& file, npy::Meter& meter) {
  for (;;) {
    if (os::Fd fd = os::open_sink(file, file)) return fd;
    meter.report();
  }
}

void write_stream(const os::Fd& fd, const std::string& name, const Content& content, npy::Meter& meter) {
  npy::Output output(fd, name, npy::Output::Access::stream, meter);
  write(output, content);
}

// `present` is the state of the file now.
void write_file(const std::string& file, const fs::file_status& present, const Content& content, bool replace,
                npy::Meter& meter) {
  const std::uint32_t mode =
      fs::exists(present) ? static_cast<std::uint32_t>(present.permissions()) & 0777U : os::default_mode();
  // A symbolic link stays one: what it leads to is replaced.
  const std::string path = fs::weakly_canonical(fs::absolute(file)).string();
  auto temporary = os::UnnamedFile::create_for(path, mode, file);
  os::reserve(temporary.fd(), content.file_bytes(), file);
  npy::Output output(temporary.fd(), file, npy::Output::Access::seek, meter);
  write(output, content);
  temporary.publish(replace, file);
}

[[noreturn]] void refuse_directory(const std::string& file) {
  throw Error(Errc::failed, fmt::format("cannot export to '{}': it is a directory", file),
              fmt::format("name a file in it: {}/NAME.npy", file));
}

[[noreturn]] void refuse_replacement(const std::string& file) {
  throw Error(Errc::exists, fmt::format("cannot export to '{}': it exists", file),
              "choose another name, or replace it");
}

}  // namespace

void export_npy(const AnyArray& array, const std::string& file, const ExportOptions& options,
                const Progress& progress) {
  const Content content = content_of(array, options);
  npy::Meter meter(progress);
  meter.start(array.bytes().size());
  if (file == "-") return write_stream(os::standard_output(), "standard output", content, meter);

  std::error_code unreadable;  // create_for() reports it with its reason.
  const fs::file_status present = fs::status(file, unreadable);
  if (fs::is_directory(present)) refuse_directory(file);
  if (fs::exists(present) && !fs::is_regular_file(present)) {
    return write_stream(open_sink(file, meter), file, content, meter);
  }
  if (fs::exists(present) && !options.replace) refuse_replacement(file);
  write_file(file, present, content, options.replace, meter);
}

}  // namespace shmkit
