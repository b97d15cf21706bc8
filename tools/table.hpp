#pragma once

#include <string>
#include <vector>

namespace shmkit::tool {

enum class Align { left, right };

struct Column {
  std::string title;
  Align align = Align::left;
};

/// Text in columns as wide as their widest cell (counted in UTF-8 characters), two spaces apart, under
/// titles.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// Requires: as many cells as columns.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace shmkit::tool
