#include "map/invocation.hpp"

#include <fmt/format.h>

#include "os/find_program.hpp"

namespace shmkit::map {

int Invocation::prepare(const Fields& fields, os::Launch& launch) {
  words_.clear();
  for (std::size_t i = 0; i < job_.command.size(); ++i) words_.push_back(job_.command.word(i, fields));
  program_ = job_.program;
  if (program_.empty()) {
    os::Program found = os::find_program(words_.front());
    if (found.error != 0) return found.error;
    program_ = std::move(found.path);
  }
  set_environment(fields);
  point_at_texts();
  launch.path = program_.c_str();
  launch.arguments = arguments_.data() + 1;
  launch.environment = environment_.data();
  return 0;
}

void Invocation::set_environment(const Fields& fields) {
  variables_.clear();
  add_variable("ITEM", fields.item.text);
  add_variable("INDEX", fmt::to_string(fields.index));
  add_variable("WORKER", fmt::to_string(fields.worker));
  if (!job_.items.are_chunks()) return;
  add_variable("BEGIN", fmt::to_string(fields.item.begin));
  add_variable("END", fmt::to_string(fields.item.end));
}

void Invocation::add_variable(const char* name, const std::string& value) {
  variables_.push_back(fmt::format("SHMTOOL_{}={}", name, value));
}

// exec takes pointers to what it does not change.
void Invocation::point_at_texts() {
  arguments_ = {nullptr};
  for (auto& word : words_) arguments_.push_back(word.data());
  arguments_.push_back(nullptr);
  environment_.clear();
  for (const auto& variable : job_.environment) environment_.push_back(const_cast<char*>(variable.c_str()));
  for (auto& variable : variables_) environment_.push_back(variable.data());
  environment_.push_back(nullptr);
}

}  // namespace shmkit::map
