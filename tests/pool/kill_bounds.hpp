#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include "pool/fixture.hpp"

namespace shmkit::test {

inline std::uint64_t from_environment(const char* name, std::uint64_t fallback) {
  const char* text = std::getenv(name);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

/// SHMKIT_SEED, or one that was never there.
inline std::uint32_t kill_seed() {
  static const auto kSeed =
      static_cast<std::uint32_t>(from_environment("SHMKIT_SEED", std::random_device{}()));
  return kSeed;
}

/// How many kills a loop has that has `full` of them in an ordinary run. SHMKIT_KILLS: the sum of all loops.
inline int kills(int full) {
  constexpr std::uint64_t kOrdinary = 20'000;
  static const std::uint64_t kAll = from_environment("SHMKIT_KILLS", kOrdinary);
  return rounds(static_cast<int>((static_cast<std::uint64_t>(full) * kAll + kOrdinary - 1) / kOrdinary));
}

/// For loops that a soak makes longer than a test is.
inline void expect_end_within(int kills_to_come) {
  ::alarm(static_cast<unsigned>((kSanitized ? 240 : 120) + kills_to_come / (kSanitized ? 10 : 50)));
}

/// "NAME: N kills ...; seed S". scripts/soak reads it.
inline void report_kills(const char* name, int kills, const std::string& more = "") {
  std::cout << name << ": " << kills << " kills" << (more.empty() ? "" : ", ") << more << "; seed "
            << kill_seed() << '\n';
}

}  // namespace shmkit::test
