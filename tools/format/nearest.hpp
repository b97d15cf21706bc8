#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace shmkit::tool {

/// The candidate that `word` is most likely a misspelling of, for "did you mean"; the first of equals.
///
/// Counts single-character insertions, deletions, substitutions and swaps of neighbours (the restricted
/// Damerau-Levenshtein distance). Nothing if even the nearest differs in more than a third of the longer
/// word's characters (one is always allowed), or has nothing in common with it.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace shmkit::tool
