#include "show_attached.hpp"

#include <fmt/format.h>

#include "format/printable.hpp"

namespace shmkit::tool {

nlohmann::ordered_json attachments_json(const std::vector<Attachment>& attached) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& [pid, command] : attached) list.push_back({{"pid", pid}, {"command", command}});
  return list;
}

std::string attachments_text(const std::vector<Attachment>& attached) {
  if (attached.empty()) return "nobody seen";
  std::string text = fmt::format("{} process{} seen:", attached.size(), attached.size() == 1 ? "" : "es");
  for (const auto& [pid, command] : attached) text += fmt::format(" {} {},", pid, printable(command));
  text.pop_back();
  return text;
}

}  // namespace shmkit::tool
