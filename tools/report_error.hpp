#pragma once

#include <exception>

#include <nlohmann/json.hpp>

#include <shmkit/error.hpp>
#include <shmkit/name.hpp>

#include "command.hpp"

namespace shmkit::tool {

/// Says on stderr what failed and what to do next; with --json among the words, also on stdout as
/// {"error": {...}}. Returns the exit code.
int report_error(const std::exception& error, const Words& words);

/// A message on stderr that does not end the program.
void print_message(std::string_view command, const Error& error);

nlohmann::ordered_json error_json(const Error& error);

/// stdout could not take the answer (a full disk, a closed pipe). Returns the exit code.
int report_lost_output();

/// Calls `action`; an Error (not_found) that leaves it gets a hint with the most similar name there is.
template <class Action>
decltype(auto) with_suggestion(const Name& name, Action&& action);

[[noreturn]] void suggest_and_rethrow(const Name& name, const Error& error);

// Implementation details follow.

template <class Action>
decltype(auto) with_suggestion(const Name& name, Action&& action) {
  try {
    return action();
  } catch (const Error& e) {
    if (e.errc() != Errc::not_found) throw;
    suggest_and_rethrow(name, e);
  }
}

}  // namespace shmkit::tool
