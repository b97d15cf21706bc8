#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <shmkit/array.hpp>

#include "helpers/test_name.hpp"

namespace shmkit::test {

/// An array that a real SharedArray wrote, and what the same SharedArray says about it.
struct Golden {
  std::string file;  ///< With its path.
  std::string dtype;
  std::vector<std::uint64_t> shape;
  std::uint64_t nbytes;
  std::uint64_t data_offset;
  TrailerKind trailer;

  std::string content() const { return read_file(file); }
  std::string data() const { return content().substr(data_offset, nbytes); }
};

inline std::vector<Golden> golden_of(const std::string& folder, TrailerKind trailer) {
  const std::string root = SHMKIT_TEST_DATA "/sharedarray/" + folder + "/";
  std::vector<Golden> found;
  const auto index = nlohmann::json::parse(std::ifstream(root + "index.json"));
  for (const auto& entry : index["arrays"]) {
    found.push_back({root + std::string(entry["name"]) + ".bin", entry["typestr"], entry["shape"],
                     entry["nbytes"], 0, trailer});
  }
  return found;
}

/// All golden arrays: both kinds of 3.2.4, and the legacy ones, which have no index.
inline std::vector<Golden> all_golden() {
  auto all = golden_of("numpy1-292", TrailerKind::numpy1);
  const auto numpy2 = golden_of("numpy2-548", TrailerKind::numpy2);
  all.insert(all.end(), numpy2.begin(), numpy2.end());
  const std::string legacy = SHMKIT_TEST_DATA "/sharedarray/legacy/i32_3x4.";
  all.push_back({legacy + "v0.3.bin", "<i4", {3, 4}, 48, 160, TrailerKind::front160});
  all.push_back({legacy + "v1.0.bin", "<i4", {3, 4}, 48, 0, TrailerKind::legacy160});
  all.push_back({legacy + "v2.0.4.bin", "<i4", {3, 4}, 48, 0, TrailerKind::legacy288});
  all.push_back({legacy + "v3.0.0.bin", "<i4", {3, 4}, 48, 0, TrailerKind::legacy288});
  return all;
}

}  // namespace shmkit::test
