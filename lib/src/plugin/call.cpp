#include <atomic>
#include <cstring>
#include <exception>

#include <fmt/format.h>

#include "kernels/order.hpp"
#include "plugin/adapted.hpp"

// The calls into a user's code, and back.
namespace shmkit::plugin {
namespace {

using kernel::ChunkInput;

/// A chunk as the user's code sees it, and what it does not see.
struct Outcall {
  shmkit_chunk chunk{};
  const Call* call = nullptr;
  const ChunkInput* in = nullptr;
  std::array<std::array<std::int64_t, Shape::kMaxRank>, 3> strides{};
  std::array<std::string, 3> dtypes;
};

const Outcall& outcall_of(const shmkit_chunk* chunk) noexcept {
  return *reinterpret_cast<const Outcall*>(chunk);  // Its first member.
}

const char* argument(const shmkit_chunk* chunk, const char* name) {
  const Arguments& arguments = *outcall_of(chunk).call->arguments;
  const auto found = arguments.find(name);
  return found == arguments.end() ? nullptr : found->second.c_str();
}

int cancelled(const shmkit_chunk* chunk) {
  const kernel::Attendance* const attendance = outcall_of(chunk).in->attendance;
  if (attendance == nullptr || attendance->job == nullptr) return 0;
  return attendance->job->load(std::memory_order_relaxed) != attendance->running ? 1 : 0;
}

void progress(const shmkit_chunk* chunk, std::uint64_t done) {
  const kernel::Attendance* const attendance = outcall_of(chunk).in->attendance;
  if (attendance != nullptr && attendance->progress != nullptr)
    attendance->progress->store(done, std::memory_order_relaxed);
}

void fail(const shmkit_chunk* chunk, const char* reason) {
  outcall_of(chunk).in->complaint->make(reason == nullptr ? "" : reason);
}

constexpr shmkit_host kHost{argument, cancelled, progress, fail};

shmkit_array array_of(Outcall& out, std::size_t i, const kernel::Column& column) {
  const kernel::Extents empty{};
  const kernel::Extents& extents = out.in->extents != nullptr ? (*out.in->extents)[i] : empty;
  const std::size_t itemsize = DType(column.kind).itemsize();
  std::int64_t step = static_cast<std::int64_t>(itemsize);
  for (std::size_t axis = extents.size(); axis-- > 0;) {
    out.strides[i][axis] = step;
    step *= static_cast<std::int64_t>(extents[axis]);
  }
  out.dtypes[i] = DType(column.kind).name();
  return {out.dtypes[i].c_str(), column.data,          itemsize, static_cast<std::uint32_t>(extents.size()),
          extents.data(),        out.strides[i].data()};
}

void fill(Outcall& out, const Call& call, const ChunkInput& in) {
  const Adapted& adapted = *call.kernel;
  out.call = &call;
  out.in = &in;
  shmkit_chunk& chunk = out.chunk;
  chunk.begin = in.begin;
  chunk.end = in.end;
  chunk.count = in.count();
  chunk.size = in.size;
  chunk.arrays = adapted.row().info.kind == KernelKind::generator ? 0 : adapted.row().info.arrays;
  for (std::uint32_t i = 0; i < chunk.arrays; ++i) chunk.array[i] = array_of(out, i, in.in[i]);
  if (in.out.data != nullptr) chunk.out = array_of(out, 2, in.out);
  chunk.host = &kHost;
}

int call_run(const Adapted& adapted, Outcall& out, kernel::Complaint& complaint) noexcept {
  try {
    return adapted.declared().run(&out.chunk);
  } catch (const std::exception& e) {
    complaint.make(fmt::format("it threw an exception: {}", e.what()));
  } catch (...) {
    complaint.make("it threw something that is no std::exception");
  }
  return 0;
}

template <Element T>
void combine_number(shmkit_combine how, std::byte* into, const std::byte* later) noexcept {
  T a;
  T b;
  std::memcpy(&a, into, sizeof a);
  std::memcpy(&b, later, sizeof b);
  if (how == SHMKIT_SUM) {
    if constexpr (std::is_same_v<T, bool>)
      a = a || b;
    else if constexpr (std::is_integral_v<T>)
      a = static_cast<T>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
    else if constexpr (std::is_same_v<T, float16>)
      a = float16(static_cast<float>(a) + static_cast<float>(b));
    else
      a += b;
  } else if (how == SHMKIT_MIN) {
    a = kernel::merge<kernel::Sense::min, T>(a, b);
  } else {
    a = kernel::merge<kernel::Sense::max, T>(a, b);
  }
  std::memcpy(into, &a, sizeof a);
}

void merge(const Adapted& adapted, const std::array<Kind, 2>& kinds, std::byte* into, std::byte* later) {
  const shmkit_kernel& declared = adapted.declared();
  if (declared.combine == SHMKIT_MERGE) return declared.merge(into, later);
  const Kind kind = adapted.result_kind(kinds);
  for (std::uint32_t i = 0; i < adapted.results(); ++i) {
    const std::size_t at = i * DType(kind).itemsize();
    visit_kind(kind, [&]<Element T>() { combine_number<T>(declared.combine, into + at, later + at); });
  }
}

Value value_at(Kind kind, const std::byte* from) {
  return visit_kind(kind, [&]<Element T>() {
    T element;
    std::memcpy(&element, from, sizeof element);
    return make_value(element);
  });
}

Value result_of(const Adapted& adapted, const std::array<Kind, 2>& kinds, const std::byte* result) {
  const Kind kind = adapted.result_kind(kinds);
  if (adapted.results() == 1) return value_at(kind, result);
  Value value{DType(kind), {}, {}};
  for (std::uint32_t i = 0; i < adapted.results(); ++i)
    value.list.push_back(value_at(kind, result + i * DType(kind).itemsize()));
  return value;
}

}  // namespace

void run(const ChunkInput& in) noexcept {
  const auto call = in.params->get<Call>();
  Outcall out;
  fill(out, call, in);
  // Aligned for anything, which a partial of eight bytes is not.
  alignas(16) std::array<std::byte, 16> small{};
  const std::size_t bytes = call.kernel->row().partial_bytes == nullptr
                                ? 0
                                : call.kernel->partial_bytes({in.in[0].kind, in.in[1].kind});
  if (bytes > small.size()) std::memset(in.partial, 0, bytes);
  out.chunk.result = bytes > small.size() ? static_cast<void*>(in.partial) : small.data();
  const int code = call_run(*call.kernel, out, *in.complaint);
  if (code != 0 && !in.complaint->made) in.complaint->make(fmt::format("it returned the error {}", code));
  if (code == 0 && in.complaint->made && in.complaint->text[0] == 0) in.complaint->make("it failed");
  if (bytes > 0 && bytes <= small.size()) std::memcpy(in.partial, small.data(), bytes);
}

std::uint64_t items(const kernel::Params& params) {
  const auto call = params.get<Call>();
  Outcall out;
  out.call = &call;
  kernel::Complaint complaint;
  ChunkInput in;
  in.complaint = &complaint;
  out.in = &in;
  out.chunk.host = &kHost;
  const std::uint64_t count = call.kernel->declared().items(&out.chunk);
  if (complaint.made)
    throw Error(Errc::usage,
                fmt::format("kernel {}: {}", call.kernel->row().info.name, complaint.text.data()));
  return count;
}

std::optional<Value> combine(const kernel::Partials& partials) {
  const Adapted& adapted = *partials.params->get<Call>().kernel;
  const std::size_t bytes = adapted.partial_bytes(partials.kinds);
  const std::size_t step = (bytes + 15) / 16 * 16;
  std::vector<std::byte> copies(step * partials.chunks);
  for (std::uint64_t i = 0; i < partials.chunks; ++i)
    std::memcpy(copies.data() + i * step, partials.data + i * partials.stride, bytes);
  for (std::uint64_t width = 1; width < partials.chunks; width *= 2) {
    for (std::uint64_t i = 0; i + width < partials.chunks; i += 2 * width)
      merge(adapted, partials.kinds, copies.data() + i * step, copies.data() + (i + width) * step);
  }
  if (adapted.declared().finish == nullptr) return result_of(adapted, partials.kinds, copies.data());
  std::vector<std::byte> result(adapted.result_bytes(partials.kinds) + 16);
  if (const int code = adapted.declared().finish(copies.data(), result.data()); code != 0) {
    throw Error(Errc::failed, fmt::format("kernel {}: its finish function returned the error {}",
                                          adapted.row().info.name, code));
  }
  return result_of(adapted, partials.kinds, result.data());
}

}  // namespace shmkit::plugin
