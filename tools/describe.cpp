#include "describe.hpp"

#include <pwd.h>

#include <ctime>
#include <iostream>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "format/human.hpp"
#include "format/printable.hpp"

namespace shmkit::tool {
namespace {

nlohmann::ordered_json created_json(const ArrayInfo& info) {
  if (!info.created) return nullptr;
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(*info.created)));
}

nlohmann::ordered_json owner_process_json(const ArrayInfo& info) {
  if (!info.owner_process) return nullptr;
  return {{"pid", info.owner_process->pid},
          {"pid_namespace", info.owner_process->pid_namespace},
          {"life", life_name(life_of(*info.owner_process))}};
}

std::string owner_process_text(const ProcessIdentity& process) {
  switch (life_of(process)) {
    case Life::alive:
      return fmt::format("process {}, alive: `shmtool gc` takes it back afterwards", process.pid);
    case Life::dead:
      return fmt::format("process {}, dead: `shmtool gc` takes it back", process.pid);
    case Life::unknown:
      return fmt::format("process {} of PID namespace {}, alive or dead", process.pid, process.pid_namespace);
  }
  return "unknown";
}

}  // namespace

std::string_view life_name(Life life) noexcept {
  switch (life) {
    case Life::alive:
      return "alive";
    case Life::dead:
      return "dead";
    case Life::unknown:
      break;
  }
  return "unknown";
}

void print_json(const nlohmann::ordered_json& value) {
  std::cout << value.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

ArrayInfo with_creation_time(ArrayInfo made) {
  try {
    const ArrayInfo found = info(made.name);
    if (found.device == made.device && found.inode == made.inode) made.created = found.created;
  } catch (const Error&) {  // Deleted meanwhile: then nobody knows.
  }
  return made;
}

std::string_view readers(TrailerKind kind) noexcept {
  switch (kind) {
    case TrailerKind::dual:
      return "SharedArray 3.1 and later, of NumPy 1 and NumPy 2 builds";
    case TrailerKind::numpy2:
      return "SharedArray 3.2.4, of NumPy 2 builds only";
    case TrailerKind::numpy1:
      return "SharedArray 3.1 and later, of NumPy 1 builds only";
    case TrailerKind::legacy288:
      return "SharedArray 2.0 to 3.0";
    case TrailerKind::legacy160:
      return "SharedArray 0.4 to 1.0";
    case TrailerKind::front160:
      return "SharedArray 0.1 to 0.3";
  }
  return "unknown";
}

std::string user_name(std::uint32_t uid) {
  const passwd* entry = ::getpwuid(uid);
  return entry != nullptr ? entry->pw_name : fmt::format("{}", uid);
}

std::string mode_text(std::uint32_t mode) { return fmt::format("{:04o}", mode); }

std::string created_text(const ArrayInfo& info) {
  if (!info.created) return "-";
  return fmt::format("{:%Y-%m-%d %H:%M:%S}",
                     fmt::localtime(std::chrono::system_clock::to_time_t(*info.created)));
}

nlohmann::ordered_json array_json(const ArrayInfo& info) {
  return {{"schema", "shmkit.array/1"},
          {"name", info.name.text()},
          {"url", info.name.url()},
          {"path", info.name.path()},
          {"dtype", info.dtype.name()},
          {"typestr", info.dtype.typestr()},
          {"shape", info.shape.extents()},
          {"size", info.shape.size()},
          {"nbytes", info.nbytes},
          {"offset", info.data_offset},
          {"file_bytes", info.file_bytes},
          {"stored_bytes", info.stored_bytes},
          {"mode", mode_text(info.mode)},
          {"owner", user_name(info.owner)},
          {"owner_uid", info.owner},
          {"owner_process", owner_process_json(info)},
          {"created", created_json(info)},
          {"device", info.device},
          {"inode", info.inode},
          {"trailer", trailer_name(info.trailer)},
          {"readers", readers(info.trailer)}};
}

std::string array_line(const ArrayInfo& info) {
  return fmt::format("{}: {} {}, {}", printable(info.name.text()), info.dtype.name(), info.shape.text(),
                     human_bytes(info.nbytes));
}

std::string array_text(const ArrayInfo& info) {
  const bool sparse = info.stored_bytes < info.file_bytes;
  std::string text = printable(info.name.text()) + '\n';
  const auto line = [&text](std::string_view label, std::string_view value) {
    text += fmt::format("  {:<12}{}\n", label, value);
  };
  line("dtype", info.dtype.name());
  line("shape", info.shape.text());
  line("size", fmt::format("{} ({} elements)", human_bytes(info.nbytes), info.shape.size()));
  line("path", printable(info.name.path()));
  line("owner", fmt::format("{}, mode {}", user_name(info.owner), mode_text(info.mode)));
  if (info.owner_process) line("kept for", owner_process_text(*info.owner_process));
  line("created", created_text(info));
  line("file", sparse ? fmt::format("{}, of which only {} are reserved", human_bytes(info.file_bytes),
                                    human_bytes(info.stored_bytes))
                      : fmt::format("{}, all of it reserved", human_bytes(info.file_bytes)));
  line("opened by", fmt::format("shmkit, {}", readers(info.trailer)));
  return text;
}

}  // namespace shmkit::tool
