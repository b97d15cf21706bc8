#include "table.hpp"

#include <algorithm>

namespace shmkit::tool {
namespace {

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padded(const std::string& text, std::size_t width, Align align) {
  const std::string blanks(width - characters(text), ' ');
  return align == Align::left ? text + blanks : blanks + text;
}

std::string row_text(const std::vector<std::string>& cells, const std::vector<Column>& columns,
                     const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) line += padded(cells[i], widths[i], columns[i].align) + "  ";
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

}  // namespace

std::string Table::text() const {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    titles.push_back(columns_[i].title);
    widths.push_back(characters(columns_[i].title));
    for (const auto& row : rows_) widths[i] = std::max(widths[i], characters(row[i]));
  }
  std::string text = row_text(titles, columns_, widths);
  for (const auto& row : rows_) text += row_text(row, columns_, widths);
  return text;
}

}  // namespace shmkit::tool
